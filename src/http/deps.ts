/** What the routes need; the composition root gives it. */
import type { EventLog } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import type { Projection } from "../projection/projection.ts";
import type { ReadPath } from "../projection/read_path.ts";
import type { SourceStatus } from "../sources/status.ts";
import type { Serve } from "../stream/broadcast.ts";
import type { Hub } from "../stream/hub.ts";

/** Dependencies of the app. */
export interface AppDeps {
  readonly log: EventLog;
  readonly projection: Projection;
  readonly readPath: Pick<ReadPath, "read" | "stats">;
  readonly hub: Hub;
  /** Adds `served` to what the read path answered. */
  readonly serve: Serve;
  /** The sources as they are now, those not configured too. */
  readonly statuses: () => readonly SourceStatus[];
  readonly clock: Clock;
  readonly version: string;
  readonly mode: "live" | "sandbox";
  /** Exact origins, beside the server's own, whose pages may read and connect. */
  readonly allowedOrigins: readonly string[];
}

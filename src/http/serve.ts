/** How answers and broadcasts get their `served`. */
import type { Clock } from "../pnl/clock.ts";
import { buildServed, spliceServed } from "../projection/served.ts";
import type { SourceStatus } from "../sources/status.ts";
import type { Serve } from "../stream/broadcast.ts";

/** What `served` is made of beside the answer itself. */
export interface ServeOptions {
  readonly clock: Clock;
  /** The sources as they are now, those not configured too. */
  readonly statuses: () => readonly SourceStatus[];
  /** How long ago the writer was known to be at the end of its log; null where it never was. */
  readonly confirmedAgeMs: () => number | null;
  /** How often the writer confirms, milliseconds. */
  readonly intervalMs: () => number;
}

/** Makes the function that adds `served`, as it is at the moment of the call. */
export function serveWith(options: ServeOptions): Serve {
  const { clock, statuses, confirmedAgeMs, intervalMs } = options;
  return ({ epoch, offset, json }, from, isOld = false) =>
    spliceServed(
      json,
      buildServed({
        from,
        epoch,
        offset,
        clock,
        statuses: statuses(),
        confirmedAgeMs: isOld ? null : confirmedAgeMs(),
        intervalMs: intervalMs(),
      }),
    );
}

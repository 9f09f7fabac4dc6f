/** What a hub is made of. */
import type { Frame } from "../projection/frame.ts";
import type { Projection } from "../projection/projection.ts";
import type { AdmissionOptions } from "./admission.ts";
import type { Serve } from "./broadcast.ts";

/** Options of a hub. */
export interface HubOptions extends AdmissionOptions {
  readonly projection: Projection;
  /** Adds `served` to a snapshot. */
  readonly serve: Serve;
  /** The snapshot of an empty log, served from `default`. */
  readonly empty: () => Frame;
  /** The current snapshot is pushed again this often, in milliseconds. */
  readonly intervalMs: number;
  /** Event streams get a comment this often, in milliseconds; default 15,000. */
  readonly keepAliveMs?: number;
  /** Seconds of silence after which a WebSocket is pinged and then given up; default 30. */
  readonly idleSeconds?: number;
  /** A client that speaks and has acknowledged nothing for so long is closed; default 30,000 ms. */
  readonly slowMs?: number;
  /** Bytes that may wait in this process for all clients together; default 64 MB. */
  readonly maxBufferedBytes?: number;
  /** 0 ≤ x < 1; spreads reconnects. Default `Math.random`. */
  readonly random?: () => number;
}

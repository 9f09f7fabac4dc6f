/** What readers and streams may ask of the projection, on the writer and on an edge. */
import type { Frame } from "./frame.ts";
import type { TierName } from "./tier.ts";

/** Resolutions of history. */
export type Resolution = "raw" | "1m" | "1h" | "1d";

/** A page of history, oldest first. */
export interface HistoryPage {
  /** That of the items; chosen where `auto` was asked for. */
  readonly resolution: Resolution;
  /** Start of the oldest window, or bucket, that there is at this resolution; null where there is none yet. */
  readonly first: string | null;
  /** Each the JSON of one item: a final snapshot (`raw`) or a bucket. */
  readonly items: readonly string[];
  readonly nextCursor: string | null;
  /** No later append can change this page. */
  readonly closed: boolean;
}

/** A question to history. Times are UTC ISO 8601 with milliseconds, over the windows' ends. */
export interface HistoryQuery {
  /** `auto`: the finest of which the whole range has at most `limit` items, else the coarsest. */
  readonly resolution: Resolution | "auto";
  readonly from?: string;
  readonly to?: string;
  /** 1 to 2,000. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/**
 * The live snapshots: `Projector` folds the log and makes them, `EdgeProjection` follows those that a
 * writer made.
 */
export interface Projection {
  readonly epoch: string;
  readonly windowMs: number;
  /** Position folded so far. */
  readonly position: number;
  /** True where another node may be ahead of this one: a later position is none of another past. */
  readonly trails: boolean;
  /** `running`; `rebuilding` while a newer file is built; `failed` with a reason, loudly. */
  readonly state: {
    readonly status: "running" | "rebuilding" | "failed";
    readonly reason?: string;
  };
  /** The newest frame; null before the first event. */
  current(): Frame | null;
  /** The newest frame that a stream may bring: {@link current}, but none beyond a final that is still to be told. */
  streamed(): Frame | null;
  /** Final snapshots with an offset above this one, oldest first. */
  finalsAfter(offset: number, limit: number): readonly Frame[];
  /** {@link finalsAfter} misses none where it is asked from this offset or a greater one. */
  readonly completeAfter: number;
  /** The tier that {@link finalsAfter} reads. */
  readonly finalsTier: TierName;
  /** Called with each new frame, in order; at once with nothing. Returns what ends it. */
  subscribe(listener: (frame: Frame) => void): () => void;
}

/** What readers and streams may ask of the projection; `Projector` implements it. */
import type { Frame } from "./frame.ts";

/** Resolutions of history. */
export type Resolution = "raw" | "1m" | "1h" | "1d";

/** A page of history, oldest first. */
export interface HistoryPage {
  /** Each the JSON of one item: a final snapshot (`raw`) or a bucket. */
  readonly items: readonly string[];
  readonly nextCursor: string | null;
  /** No later append can change this page. */
  readonly closed: boolean;
}

/** A question to history. Times are UTC ISO 8601 with milliseconds, over the windows' ends. */
export interface HistoryQuery {
  readonly resolution: Resolution;
  readonly from?: string;
  readonly to?: string;
  /** 1 to 1,000. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** The live projection: one fold over the log, and the snapshots it made. */
export interface Projection {
  readonly epoch: string;
  readonly windowMs: number;
  /** Position folded so far. */
  readonly position: number;
  /** `running`; `rebuilding` while a newer file is built; `failed` with a reason, loudly. */
  readonly state: {
    readonly status: "running" | "rebuilding" | "failed";
    readonly reason?: string;
  };
  /** The newest frame; null before the first event. */
  current(): Frame | null;
  /** The breakdown's JSON at the current frame's offset; null before the first event. */
  breakdown(): { readonly offset: number; readonly json: string } | null;
  /** Final snapshots with an offset above this one, oldest first. */
  finalsAfter(offset: number, limit: number): readonly Frame[];
  history(query: HistoryQuery): HistoryPage;
  /** Called with each new frame, in order; at once with nothing. Returns what ends it. */
  subscribe(listener: (frame: Frame) => void): () => void;
}

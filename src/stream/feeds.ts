/** What can be followed beside the snapshots. */
import type { LogTail } from "./log_tail.ts";
import type { SourceWatch } from "./source_watch.ts";

/** The channels that a node offers. */
export interface Feeds {
  /** Null on an edge, which has no log. */
  readonly events: LogTail | null;
  /** False for a client that has no right to them. */
  readonly mayReadEvents: boolean;
  readonly sources: SourceWatch;
  /** Where the writer listens, whom an edge names; null where that is not known. */
  readonly writerAddress: () => string | null;
}

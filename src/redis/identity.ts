/** Who writes: one run of the process on one data directory. */

/** What a writer is known by in Redis. */
export interface WriterIdentity {
  /** Random, of this run of the process. */
  readonly holder: string;
  /** Greater with each start on the data directory, and never below the time of it in milliseconds. */
  readonly token: number;
  /** Holder of the run before this one on the same data directory; null where that is not known. */
  readonly predecessor: string | null;
  /** Id of the log that is mirrored. */
  readonly logId: string;
  /** Where the writer listens, as soon as that is known, such as `http://127.0.0.1:3000`. */
  readonly address: () => string;
}

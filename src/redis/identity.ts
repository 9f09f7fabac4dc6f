/** Who writes: one run of the process on one data directory. */

/** What a writer is known by in Redis. */
export interface WriterIdentity {
  /** Random, of this run of the process. */
  readonly holder: string;
  /** How often the data directory has been started: a later start has a greater one. */
  readonly token: number;
  /** Holder of the run before this one on the same data directory; null where that is not known. */
  readonly predecessor: string | null;
  /** Id of the log that is mirrored. */
  readonly logId: string;
  /** Where the writer listens, as soon as that is known, such as `http://127.0.0.1:3000`. */
  readonly address: () => string;
}

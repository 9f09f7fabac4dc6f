import type { DatabaseSync, StatementSync } from "node:sqlite";
import { inTransaction } from "../sqlite/transaction.ts";
import { BUCKET_MS, type BucketResolution } from "./bucket.ts";
import { BucketSeries } from "./bucket_series.ts";
import type { Identity } from "./epoch.ts";
import type { Final } from "./final.ts";
import { foldDigest, StoreReader } from "./store_reader.ts";
import type { Checkpoint, LedgerCheckpoint } from "./stored.ts";

/** What one transaction brings into the store. */
export interface Progress {
  /** Oldest first; all above those that are stored. */
  readonly finals: readonly Final[];
  readonly checkpoint: Checkpoint;
  readonly ledger?: LedgerCheckpoint;
}

const INSERT_FINAL = `INSERT INTO finals (position, window_start, window_end, complete, net, json)
  VALUES (?, ?, ?, ?, ?, ?)`;
const PUT_BUCKET = `INSERT INTO buckets (resolution, start, open, high, low, close, last)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (resolution, start) DO UPDATE SET open = excluded.open, high = excluded.high,
    low = excluded.low, close = excluded.close, last = excluded.last`;
const PUT_CHECKPOINT = `INSERT INTO checkpoint (id, position, root, log_id, recorded)
  VALUES (1, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET position = excluded.position, root = excluded.root,
    log_id = excluded.log_id, recorded = excluded.recorded`;
const PUT_LEDGER = `INSERT INTO ledger (id, position, digest, fold) VALUES (1, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET position = excluded.position, digest = excluded.digest,
    fold = excluded.fold`;
const PUT_MODEL = `INSERT INTO models (key, offset, json) VALUES (?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET offset = excluded.offset, json = excluded.json
  WHERE excluded.offset > models.offset`;

/**
 * The snapshots of a projection, in SQLite. It is derived from the log, so a transaction that a power
 * cut takes away is made again from the log; what is there is whole, because finals, buckets and the
 * checkpoint that speaks for them are one transaction.
 */
export class SnapshotStore {
  /** Reads of the same connection. */
  readonly reader: StoreReader;
  readonly #db: DatabaseSync;
  readonly #insertFinal: StatementSync;
  readonly #putBucket: StatementSync;
  readonly #putCheckpoint: StatementSync;
  readonly #putLedger: StatementSync;
  readonly #putModel: StatementSync;
  #series: BucketSeries;
  #checkpoint: Checkpoint | null;
  #bulk = false;
  #closed = false;

  /** @param db a migrated database, opened for writing; the store closes it */
  constructor(db: DatabaseSync) {
    this.#db = db;
    this.reader = new StoreReader(db);
    this.#insertFinal = db.prepare(INSERT_FINAL);
    this.#putBucket = db.prepare(PUT_BUCKET);
    this.#putCheckpoint = db.prepare(PUT_CHECKPOINT);
    this.#putLedger = db.prepare(PUT_LEDGER);
    this.#putModel = db.prepare(PUT_MODEL);
    const newest = (Object.keys(BUCKET_MS) as BucketResolution[])
      .map((resolution) => this.reader.newestBucket(resolution));
    this.#series = new BucketSeries(newest.filter((bucket) => bucket !== null));
    this.#checkpoint = this.reader.checkpoint();
  }

  /** How far the store goes, without asking the file. */
  get checkpoint(): Checkpoint | null {
    return this.#checkpoint;
  }

  /** True between {@link beginBulk} and {@link endBulk}. */
  get bulk(): boolean {
    return this.#bulk;
  }

  /**
   * From here on transactions are whole only as long as the process lives. For a build that nobody is
   * pointed to: a crash leaves a file that nobody reads.
   */
  beginBulk(): void {
    this.#db.exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
    this.#bulk = true;
  }

  /** From here on transactions survive the process. What was written before still has to be flushed. */
  endBulk(): void {
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    this.#bulk = false;
  }

  /** Says, once, what this file is a projection of. */
  bind({ logId, foldVersion, windowMs }: Identity): void {
    this.#db.prepare(
      "INSERT INTO identity (id, log_id, fold_version, window_ms) VALUES (1, ?, ?, ?)",
    )
      .run(logId, foldVersion, windowMs);
  }

  /** Writes finals, their buckets and the checkpoint in one transaction: all or nothing. */
  write({ finals, checkpoint, ledger }: Progress): void {
    if (checkpoint.position < (this.#checkpoint?.position ?? 0)) {
      throw new RangeError(
        `Cannot write the checkpoint ${checkpoint.position}: ${this.#checkpoint?.position} is stored`,
      );
    }
    const { series, changed } = this.#series.add(finals);
    inTransaction(this.#db, () => {
      for (const final of finals) this.#insert(final);
      for (const { resolution, start, open, high, low, close, last } of changed) {
        this.#putBucket.run(resolution, start, open, high, low, close, JSON.stringify(last));
      }
      const { position, root, logId, recorded } = checkpoint;
      this.#putCheckpoint.run(position, root, logId, recorded);
      if (ledger !== undefined) {
        this.#putLedger.run(ledger.position, foldDigest(ledger.fold), ledger.fold);
      }
    });
    this.#series = series;
    this.#checkpoint = checkpoint;
  }

  /** Keeps a read model; an older one than is kept changes nothing. */
  keepModel(key: string, offset: number, json: string): void {
    this.#putModel.run(key, offset, json);
  }

  /** Closes the file; a second time does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#db.close();
  }

  #insert({ position, windowStart, windowEnd, complete, metrics, json }: Final): void {
    this.#insertFinal.run(position, windowStart, windowEnd, complete ? 1 : 0, metrics.netPnl, json);
  }
}

import { type Bucket, BUCKET_MS, type BucketResolution } from "./bucket.ts";
import { BucketSeries } from "./bucket_series.ts";
import type { Difference } from "./difference.ts";
import type { Final } from "./final.ts";
import type { StoreReader } from "./store_reader.ts";

const RESOLUTIONS = Object.keys(BUCKET_MS) as BucketResolution[];

/** Makes the buckets of history again, and holds each that is whole against the stored one. */
export class BucketCheck {
  readonly #reader: StoreReader;
  readonly #made = new Map<BucketResolution, number>();
  #series = new BucketSeries();
  /** The newest of each resolution: later finals may change them. */
  #open = new Map<BucketResolution, Bucket>();

  constructor(reader: StoreReader) {
    this.#reader = reader;
  }

  /** Adds finals, oldest first; gives the first bucket that is not the stored one. */
  add(finals: readonly Final[], position: number): Difference | null {
    const { series, changed } = this.#series.add(finals);
    this.#series = series;
    for (const bucket of changed) {
      const before = this.#open.get(bucket.resolution);
      this.#open.set(bucket.resolution, bucket);
      if (before === undefined || before.start === bucket.start) continue;
      const difference = this.#compare(before, position);
      if (difference !== null) return difference;
    }
    return null;
  }

  /** Compares the newest ones, and how many there are of each resolution. */
  finish(position: number): Difference | null {
    for (const bucket of this.#open.values()) {
      const difference = this.#compare(bucket, position);
      if (difference !== null) return difference;
    }
    for (const resolution of RESOLUTIONS) {
      const stored = this.#reader.countBuckets(resolution);
      const made = this.#made.get(resolution) ?? 0;
      if (stored === made) continue;
      return {
        what: "bucket",
        position,
        stored: `${stored} buckets of ${resolution}`,
        recomputed: `${made} buckets of ${resolution}`,
      };
    }
    return null;
  }

  #compare(bucket: Bucket, position: number): Difference | null {
    const { resolution, start } = bucket;
    this.#made.set(resolution, (this.#made.get(resolution) ?? 0) + 1);
    const [row] = this.#reader.buckets(resolution, start, start + 1, 1);
    const stored = row === undefined ? null : JSON.stringify(row);
    const recomputed = JSON.stringify({
      resolution,
      start,
      open: bucket.open,
      high: bucket.high,
      low: bucket.low,
      close: bucket.close,
      last: JSON.stringify(bucket.last),
    });
    return stored === recomputed ? null : { what: "bucket", position, stored, recomputed };
  }
}

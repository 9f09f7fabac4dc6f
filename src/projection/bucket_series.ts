import { addToBucket, type Bucket, BUCKET_MS, type BucketResolution } from "./bucket.ts";
import type { Final } from "./final.ts";

const RESOLUTIONS = Object.keys(BUCKET_MS) as BucketResolution[];

/** The newest bucket of each resolution, and how finals change them. A value: adding gives another. */
export class BucketSeries {
  readonly #newest: ReadonlyMap<BucketResolution, Bucket>;

  constructor(newest: readonly Bucket[] = []) {
    this.#newest = new Map(newest.map((bucket) => [bucket.resolution, bucket]));
  }

  /**
   * Adds finals, oldest first.
   *
   * @returns the series after them, and every bucket that they changed
   */
  add(finals: readonly Final[]): { readonly series: BucketSeries; readonly changed: Bucket[] } {
    const newest = new Map(this.#newest);
    const changed = new Map<string, Bucket>();
    for (const { inBuckets, windowEnd, metrics } of finals) {
      if (!inBuckets) continue;
      for (const resolution of RESOLUTIONS) {
        const bucket = addToBucket(newest.get(resolution), resolution, windowEnd, metrics);
        newest.set(resolution, bucket);
        changed.set(`${resolution}.${bucket.start}`, bucket);
      }
    }
    return { series: new BucketSeries([...newest.values()]), changed: [...changed.values()] };
  }
}

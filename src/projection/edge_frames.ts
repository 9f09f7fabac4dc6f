import type { SnapshotRecord } from "../redis/records.ts";
import type { Place } from "../redis/snapshot_reader.ts";
import type { Frame } from "./frame.ts";

/** What became of a snapshot that was read. */
export interface Taken {
  /** The frame to show; null where it is none, or not newer than what was shown. */
  readonly frame: Frame | null;
  /** Finals before it are missing: who follows must be told before it is shown. */
  readonly broken: boolean;
}

const NOTHING: Taken = { frame: null, broken: false };

/** Finals that are kept. */
const MAX_FINALS = 1_000;

/**
 * The snapshots of one line as an edge knows them: the newest finals, without a gap, and the current one.
 *
 * Each snapshot names the final before it, so that a missing one is noticed, whatever made it missing: then
 * the finals before are of no use, and `completeAfter` moves up beyond all that was shown.
 */
export class EdgeFrames {
  #place: Place | null = null;
  #current: Frame | null = null;
  #finals: Frame[] = [];
  /** No final of this line with a greater offset is missing. */
  #wholeFrom = 0;
  /** Greatest offset shown of this epoch, and what it was before this branch; -1 where nothing was. */
  #shown = -1;
  #shownBefore = -1;

  get place(): Place | null {
    return this.#place;
  }

  /** The newest frame; null before the first. */
  get current(): Frame | null {
    return this.#current;
  }

  /**
   * {@link finalsAfter} misses none from this offset on.
   *
   * It lies beyond all that was shown of another branch of the same epoch: there, other finals may have
   * stood before the same position.
   */
  get completeAfter(): number {
    return Math.max(this.#wholeFrom, this.#shownBefore + 1);
  }

  /** Finals with an offset above this one, oldest first. */
  finalsAfter(offset: number, limit: number): Frame[] {
    const first = this.#finals.findIndex((frame) => frame.offset > offset);
    return first < 0 ? [] : this.#finals.slice(first, first + limit);
  }

  /** Begins another line with what is known of it, oldest first. */
  begin(place: Place, records: readonly SnapshotRecord[]): void {
    if (place.epoch !== this.#place?.epoch) this.#shown = -1;
    this.#shownBefore = this.#shown;
    this.#place = place;
    this.#current = null;
    this.#finals = [];
    this.#wholeFrom = 0;
    for (const record of records) this.take(record);
  }

  /** Takes a snapshot; one of another line, and one not newer than the current one, is nothing. */
  take(record: SnapshotRecord): Taken {
    const { branch, epoch, offset, json, previous } = record;
    if (branch !== this.#place?.branch || epoch !== this.#place.epoch) return NOTHING;
    const before = this.#current?.offset ?? -1;
    if (offset <= before) return NOTHING;
    const final = offset % 2 === 1;
    const frame = { epoch, offset, position: Math.floor(offset / 2), final, json };
    const broken = this.#current !== null && !this.#continues(previous);
    if (broken || this.#current === null) {
      this.#finals = [];
      this.#wholeFrom = Math.max(previous ?? offset, before + 1);
    }
    this.#current = frame;
    this.#shown = Math.max(this.#shown, offset);
    if (final) this.#keep(frame);
    return { frame, broken };
  }

  /** True where the newest final known is the one before. */
  #continues(previous: number | null): boolean {
    // What stands beside the stream, newer than its end, does not say it: a final may lie between.
    if (previous === null) return false;
    return previous <= (this.#finals.at(-1)?.offset ?? this.#wholeFrom);
  }

  #keep(frame: Frame): void {
    this.#finals.push(frame);
    if (this.#finals.length <= MAX_FINALS) return;
    const oldest = this.#finals.shift();
    this.#wholeFrom = Math.max(this.#wholeFrom, oldest?.offset ?? 0);
  }
}

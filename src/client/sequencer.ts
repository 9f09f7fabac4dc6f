/** Puts what lines bring into one order: nobody is moved backwards, nothing is said twice. */
import { type Position } from "./position.ts";

/** A snapshot as it arrived. */
export interface Arrival extends Position {
  readonly final: boolean;
  /** When it was dressed, by the server's clock: tells a tick from a repetition. */
  readonly at: string;
  /** True where the line brings every final, false where it brings only the current snapshot. */
  readonly whole: boolean;
}

/** What is to be done with an arrival. */
export interface Verdict {
  /** It is the newest snapshot: show it. */
  readonly show: boolean;
  /** It is a final that was not given out before. */
  readonly final: boolean;
}

/** How much came late, and how often it was lost. */
export interface Missed {
  /** Finals that arrived only after a break. */
  readonly count: number;
  /** Times that the client had to start over: the gap could not be filled, or the log is another. */
  readonly resyncs: number;
}

/**
 * Decides by position. Two cursors: `shown` is the newest snapshot that was shown, `whole` is how far
 * every final has been seen; the two part only while snapshots are polled.
 */
export class Sequencer {
  #epoch: string | null = null;
  #shown = -1;
  #shownAt = "";
  #whole = -1;
  #catchingUp = false;
  #missed: Missed = { count: 0, resyncs: 0 };

  /** The position to go on from; null where nothing was seen. */
  get since(): string | null {
    return this.#epoch === null ? null : `${this.#epoch}:${this.#whole}`;
  }

  /** The position of what is shown; null where nothing is. */
  get position(): string | null {
    return this.#epoch === null ? null : `${this.#epoch}:${this.#shown}`;
  }

  /** What was missed so far; the same object until it changes. */
  get missed(): Missed {
    return this.#missed;
  }

  /** A line begins: at first it brings the finals that were missed, then the current snapshot. */
  began(): void {
    this.#catchingUp = this.#epoch !== null;
  }

  /** The server cannot fill the gap, or is of another log: whatever follows is taken. */
  reset(): void {
    this.#missed = { ...this.#missed, resyncs: this.#missed.resyncs + 1 };
    this.#forget();
  }

  /** Judges an arrival, and moves the cursors. */
  take({ epoch, offset, final, at, whole }: Arrival): Verdict {
    if (this.#epoch !== null && epoch !== this.#epoch) this.reset();
    const first = this.#epoch === null;
    this.#epoch = epoch;
    // A final that is polled may follow others that were not seen: it comes again in its place.
    const isNew = whole && final && offset > this.#whole;
    if (whole) this.#whole = Math.max(this.#whole, offset);
    else if (first) this.#whole = final ? offset - 1 : offset;
    // What follows a gap's finals is the current snapshot, which may be the last of them once more.
    const late = isNew && this.#catchingUp;
    if (late) this.#missed = { ...this.#missed, count: this.#missed.count + 1 };
    else this.#catchingUp = false;
    // A final that was missed says of itself that it is fresh, and what follows is newer: not shown.
    const show = !late && (offset > this.#shown || offset === this.#shown && at !== this.#shownAt);
    if (show) {
      this.#shown = offset;
      this.#shownAt = at;
    }
    return { show, final: isNew };
  }

  #forget(): void {
    this.#epoch = null;
    this.#shown = -1;
    this.#shownAt = "";
    this.#whole = -1;
    this.#catchingUp = false;
  }
}

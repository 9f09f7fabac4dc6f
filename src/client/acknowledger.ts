/** Says which snapshots have arrived, without flooding the server while it sends many. */

/** An acknowledgement is due after so many snapshots, or after so many milliseconds. */
const MOST_UNSAID = 16;
const SPACING_MS = 50;

/** Keeps the newest position that is not yet acknowledged. */
export class Acknowledger {
  readonly #send: (position: string) => void;
  readonly #monotonic: () => number;
  #saidAt = -Infinity;
  #unsaid = 0;
  #position = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param send acknowledges a position
   * @param monotonic a clock that only goes forward, in milliseconds
   */
  constructor(send: (position: string) => void, monotonic: () => number) {
    this.#send = send;
    this.#monotonic = monotonic;
  }

  /** A snapshot arrived: acknowledged at once, or with those that follow closely. */
  arrived(position: string): void {
    this.#position = position;
    this.#unsaid += 1;
    const sinceMs = this.#monotonic() - this.#saidAt;
    if (sinceMs >= SPACING_MS || this.#unsaid >= MOST_UNSAID) this.#say();
    else this.#timer ??= setTimeout(() => this.#say(), SPACING_MS - sinceMs);
  }

  /** Says nothing more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #say(): void {
    this.stop();
    this.#saidAt = this.#monotonic();
    this.#unsaid = 0;
    this.#send(this.#position);
  }
}

/** Sessions that signed out: their signature still holds, and they count no more. */

/** Knows which sessions have ended before their time. */
export interface EndedSessions {
  /**
   * A session ends.
   *
   * @param expiresAt until when it has to be remembered, Unix milliseconds
   */
  end(session: string, expiresAt: number, now: number): void;
  /** True for a session that ended. */
  hasEnded(session: string): boolean;
}

/** Sessions that are remembered; the oldest is forgotten for one more. */
const MOST = 10_000;

/** Remembers them in this process, as a node without files does. */
export class EndedHere implements EndedSessions {
  readonly #ended = new Set<string>();

  end(session: string): void {
    const [oldest] = this.#ended;
    if (this.#ended.size >= MOST && oldest !== undefined) this.#ended.delete(oldest);
    this.#ended.add(session);
  }

  hasEnded(session: string): boolean {
    return this.#ended.has(session);
  }
}

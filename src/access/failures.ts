/** Wrong credentials, counted: who shows too many has to wait. */

/** Wrong ones at once from one address. */
const ADDRESS_BURST = 20;
/** Wrong ones at once for one key, from everywhere: more, for its owner is not to be locked out. */
const KEY_BURST = 100;
/** One more is forgiven after so many milliseconds. */
const FORGIVEN_MS = 6_000;
/** Addresses and keys that are remembered; the one that failed longest ago is forgotten for one more. */
const MOST = 10_000;
/** A key that was right from an address so lately is not held up by what others fail at. */
const GOOD_MS = 600_000;
const MOST_GOOD = 10_000;

/** Who tries: an address (null: this machine, or what cannot be told) and the id of a key, if any. */
export interface Attempt {
  readonly address: string | null;
  readonly keyId: string | null;
}

/** Counts failures by address and by key. Times are monotonic milliseconds. */
export class Failures {
  /** When all of someone's failures are forgiven; who failed last stands last. */
  readonly #until = new Map<string, number>();
  /** When a key was last right from an address. */
  readonly #good = new Map<string, number>();

  /** How long to wait before the next attempt, milliseconds; 0 where none has to wait. */
  waitMs(attempt: Attempt, now: number): number {
    const good = this.#good.get(pairOf(attempt));
    if (good !== undefined && now - good < GOOD_MS) return 0;
    const waits = subjectsOf(attempt).map(([name, burst]) =>
      (this.#until.get(name) ?? 0) - now - (burst - 1) * FORGIVEN_MS
    );
    return Math.max(0, ...waits);
  }

  /** An attempt failed. */
  failed(attempt: Attempt, now: number): void {
    for (const [name, burst] of subjectsOf(attempt)) {
      // Attempts that run at once are all counted: no number of them adds up to a lock-out.
      const most = now + burst * FORGIVEN_MS;
      const until = Math.min(Math.max(this.#until.get(name) ?? 0, now) + FORGIVEN_MS, most);
      this.#until.delete(name);
      if (this.#until.size >= MOST) this.#forgetOldest();
      this.#until.set(name, until);
    }
  }

  /** An attempt was right. */
  succeeded(attempt: Attempt, now: number): void {
    if (this.#good.size >= MOST_GOOD) this.#good.clear();
    this.#good.set(pairOf(attempt), now);
  }

  #forgetOldest(): void {
    const [oldest] = this.#until.keys();
    if (oldest !== undefined) this.#until.delete(oldest);
  }
}

function pairOf({ address, keyId }: Attempt): string {
  return `${address} ${keyId}`;
}

function subjectsOf({ address, keyId }: Attempt): [name: string, burst: number][] {
  const from: [string, number] = [`address ${address}`, ADDRESS_BURST];
  return keyId === null ? [from] : [from, [`key ${keyId}`, KEY_BURST]];
}

/** Wrong credentials, counted: who shows too many has to wait. */
import { Buckets } from "./buckets.ts";

/** One more is forgiven after so many milliseconds. */
const FORGIVEN_MS = 6_000;
/** Wrong ones at once from one address. */
const OF_ADDRESS = { burst: 20, tokens: 1, perMs: FORGIVEN_MS };
/** Wrong ones at once for one key, from everywhere: more, for its owner is not to be locked out. */
const OF_KEY = { burst: 100, tokens: 1, perMs: FORGIVEN_MS };
/** Addresses, and keys, that are remembered. */
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
  readonly #addresses = new Buckets(OF_ADDRESS, MOST);
  readonly #keys = new Buckets(OF_KEY, MOST);
  /** When a key was last right from an address. */
  readonly #good = new Map<string, number>();

  /** How long to wait before the next attempt, milliseconds; 0 where none has to wait. */
  waitMs(attempt: Attempt, now: number): number {
    const good = this.#good.get(pairOf(attempt));
    if (good !== undefined && now - good < GOOD_MS) return 0;
    const { address, keyId } = attempt;
    return Math.max(
      this.#addresses.waitMs(String(address), now),
      keyId === null ? 0 : this.#keys.waitMs(keyId, now),
    );
  }

  /** An attempt failed. Those that run at once are all counted: no number adds up to a lock-out. */
  failed({ address, keyId }: Attempt, now: number): void {
    this.#addresses.spend(String(address), now);
    if (keyId !== null) this.#keys.spend(keyId, now);
  }

  /** An attempt was right. */
  succeeded(attempt: Attempt, now: number): void {
    if (this.#good.size >= MOST_GOOD) this.#good.clear();
    this.#good.set(pairOf(attempt), now);
  }
}

function pairOf({ address, keyId }: Attempt): string {
  return `${address} ${keyId}`;
}

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

/**
 * Who failed: an address and the id of a key, if any. Null is this machine, or what cannot be told: all
 * behind a proxy that is not trusted, who are not one.
 */
export interface Attempt {
  readonly address: string | null;
  readonly keyId: string | null;
}

/** Counts failures by address and by key. Times are monotonic milliseconds. */
export class Failures {
  readonly #addresses = new Buckets(OF_ADDRESS, MOST);
  readonly #keys = new Buckets(OF_KEY, MOST);

  /** How long one who failed has to wait, milliseconds; 0 where nobody has to. */
  waitMs({ address, keyId }: Attempt, now: number): number {
    return Math.max(
      address === null ? 0 : this.#addresses.waitMs(address, now),
      keyId === null ? 0 : this.#keys.waitMs(keyId, now),
    );
  }

  /** An attempt failed. Those that run at once are all counted: no number adds up to a lock-out. */
  failed({ address, keyId }: Attempt, now: number): void {
    if (address !== null) this.#addresses.spend(address, now);
    if (keyId !== null) this.#keys.spend(keyId, now);
  }
}

/** How many requests one address may send, and one key: what is there is told, what is too much refused. */
import { getLogger } from "@logtape/logtape";
import { Buckets } from "../access/buckets.ts";
import { perSecond, type Quota, refillOf, remainingOf, waitOf } from "../access/quota.ts";
import type { Clock } from "../pnl/clock.ts";
import { HttpProblem } from "./problem.ts";
import type { HeaderFields } from "./reply.ts";

const log = getLogger(["pnl", "http"]);

/** Addresses, and keys, of which is remembered what they have spent. */
const MOST = 20_000;
/** That requests are refused is said at most so often, milliseconds. */
const SAID_MS = 60_000;

/** By what requests are limited. */
export type LimitedBy = "address" | "key";

/** Learns what was spent here, and tells later what was spent elsewhere. */
export type Share = (by: LimitedBy, name: string, buckets: Buckets) => void;

/** The limit of one kind. */
export class RateLimit {
  readonly by: LimitedBy;
  readonly #buckets: Buckets;
  readonly #clock: Clock;
  readonly #share: Share | null;
  /** `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10. */
  readonly #policy: string;
  #refused = 0;
  #saidAt = -Infinity;

  constructor(by: LimitedBy, quota: Quota, clock: Clock, share: Share | null) {
    this.by = by;
    this.#buckets = new Buckets(quota, MOST);
    this.#clock = clock;
    this.#share = share;
    const { burst, tokens, perMs } = quota;
    this.#policy = `"${by}";q=${burst};w=${Math.ceil(burst * perMs / tokens / 1000)}`;
  }

  /** Requests that were refused. */
  get refused(): number {
    return this.#refused;
  }

  /** Of how many it is remembered what they have spent. */
  get size(): number {
    return this.#buckets.size;
  }

  /** @throws {HttpProblem} where nothing is left */
  check(name: string): void {
    const { quota } = this.#buckets;
    const waitMs = waitOf(quota, this.#buckets.spent(name, this.#clock.monotonic()));
    if (waitMs > 0) this.#refuse(name, waitMs);
  }

  /**
   * Spends one.
   *
   * @returns what is left, in units spent, for {@link RateLimit.tell}
   */
  spend(name: string): number {
    const spent = this.#buckets.spend(name, this.#clock.monotonic());
    this.#share?.(this.by, name, this.#buckets);
    return spent;
  }

  /** Adds to a response what is left. Headers of an upgrade cannot be changed. */
  tell(response: Response, spent: number): Response {
    if (response.status === 101) return response;
    const { quota } = this.#buckets;
    const seconds = Math.ceil(refillOf(quota, spent) / 1000);
    const { headers } = response;
    headers.append("ratelimit-policy", this.#policy);
    headers.append("ratelimit", `"${this.by}";r=${remainingOf(quota, spent)};t=${seconds}`);
    return response;
  }

  /** The same for a request that is refused for something else. What is no problem is left as it is. */
  toldOf(error: unknown, spent: number): unknown {
    if (!(error instanceof HttpProblem)) return error;
    const { code, message, facts, headers } = error;
    const { headers: told } = this.tell(new Response(null, { headers }), spent);
    return new HttpProblem(code, message, facts, Object.fromEntries(told));
  }

  #refuse(name: string, waitMs: number): never {
    this.#refused += 1;
    const now = this.#clock.monotonic();
    if (now - this.#saidAt > SAID_MS) {
      this.#saidAt = now;
      const { refused, by } = { refused: this.#refused, by: this.by };
      log.warn("Too many requests by one {by}, {name}: {refused} refused so far", {
        by,
        name,
        refused,
      });
    }
    const seconds = String(Math.ceil(waitMs / 1000));
    const headers: HeaderFields = {
      "retry-after": seconds,
      "ratelimit-policy": this.#policy,
      ratelimit: `"${this.by}";r=0;t=${seconds}`,
    };
    const of = this.by === "address" ? "from this address" : "with this key";
    throw new HttpProblem("too_many_requests", `Too many requests ${of}.`, {}, headers);
  }
}

/** What is limited at a node; null: it is not. */
export interface RateLimits {
  readonly address: RateLimit | null;
  readonly key: RateLimit | null;
}

/** @param rates requests a second; 0: any number */
export function rateLimits(
  rates: { readonly perAddress: number; readonly perKey: number },
  clock: Clock,
  share: Share | null = null,
): RateLimits {
  const limit = (by: LimitedBy, rate: number) =>
    rate === 0 ? null : new RateLimit(by, perSecond(rate), clock, share);
  return { address: limit("address", rates.perAddress), key: limit("key", rates.perKey) };
}

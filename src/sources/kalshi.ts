/** The source "kalshi": fills, settlements, transfers and what the venue reports of them. */
import type { Clock } from "../pnl/clock.ts";
import { HttpClient, type HttpClientOptions } from "./http_client.ts";
import { isRefusal, KalshiAccounts } from "./kalshi_accounts.ts";
import { KalshiClient } from "./kalshi_client.ts";
import { pollFacts } from "./kalshi_facts.ts";
import {
  type Bracket,
  type Reading,
  readingEvents,
  SAMPLE_MS,
  takeReading,
  valuationEvents,
} from "./kalshi_observations.ts";
import { KalshiSigner } from "./kalshi_signer.ts";
import { pollTransfers } from "./kalshi_transfers.ts";
import type { Poll, PollContext, Source } from "./source.ts";

/** Options of {@link kalshiSource}. */
export interface KalshiOptions {
  /** With its path, such as `https://external-api.kalshi.com/trade-api/v2`; the path is signed. */
  readonly baseUrl: string;
  readonly keyId: string;
  /** RSA private key, PKCS#1 or PKCS#8. */
  readonly privateKeyPem: string;
  readonly intervalMs: number;
  /** Per attempt; default 10,000. */
  readonly timeoutMs?: number;
  readonly clock: Clock;
  /** What the log is bound to in place of the base URL's origin, such as `sandbox`. */
  readonly origin?: string;
  /**
   * The operator's own label of the account; default `default`. The API tells no account id, and the
   * key's id changes when the key is rotated.
   */
  readonly account?: string;
  /** Retries of a request. */
  readonly retry?: HttpClientOptions["retry"];
}

/**
 * Kalshi's portfolio as a source. Units: `facts` (fills, settlements), `transfers` (deposits,
 * withdrawals), `observations` (cash, positions, valuation). The readings that observations are bracketed
 * with are taken before the facts.
 *
 * @throws {InvalidKeyError}
 */
export function kalshiSource(options: KalshiOptions): Source {
  const portfolio = new Portfolio(options);
  return {
    name: "kalshi",
    source: "/kalshi",
    intervalMs: options.intervalMs,
    dateAgreedAt: () => portfolio.http.dateAgreedAt,
    units: [
      { name: "facts", poll: (context) => portfolio.facts(context) },
      { name: "transfers", poll: (context) => portfolio.transfers(context) },
      { name: "observations", poll: (context) => portfolio.observations(context) },
    ],
    binding: () =>
      Promise.resolve({
        origin: options.origin ?? new URL(options.baseUrl).origin,
        account: options.account ?? "default",
        since: null,
      }),
  };
}

const NOTHING_READ: Bracket = { before: null, factsRead: false, transfersRead: false };

/** The units of one account, and what they know of each other within a round. */
class Portfolio {
  readonly http: HttpClient;
  readonly #clock: Clock;
  readonly #client: KalshiClient;
  readonly #accounts: KalshiAccounts;
  #round: Bracket = NOTHING_READ;
  /** Monotonic milliseconds. */
  #positionsAt = -Infinity;
  #valuedAt = -Infinity;

  constructor(options: KalshiOptions) {
    const signer = new KalshiSigner(options.keyId, options.privateKeyPem);
    this.#clock = options.clock;
    this.http = new HttpClient({
      baseUrl: options.baseUrl,
      clock: options.clock,
      headers: (method, path) => signer.headers(method, path, options.clock.now()),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      ...(options.retry === undefined ? {} : { retry: options.retry }),
    });
    this.#client = new KalshiClient(this.http);
    this.#accounts = new KalshiAccounts(this.#client);
  }

  async facts(context: PollContext): Promise<Poll> {
    this.#round = NOTHING_READ;
    const before = await this.#readingBefore(context);
    this.#round = { ...NOTHING_READ, before };
    const deps = { client: this.#client, accounts: this.#accounts, clock: this.#clock };
    const poll = await pollFacts(deps, context);
    this.#round = { ...this.#round, factsRead: true };
    return poll;
  }

  async transfers(context: PollContext): Promise<Poll> {
    const poll = await pollTransfers(this.#client, this.#clock, context);
    this.#round = { ...this.#round, transfersRead: true };
    return poll;
  }

  async observations({ signal }: PollContext): Promise<Poll> {
    const round = this.#round;
    this.#round = NOTHING_READ;
    const positionsRead = Boolean(round.before?.positions);
    const after = await takeReading(this.#client, this.#accounts, positionsRead, signal);
    const time = new Date(this.#clock.now()).toISOString();
    const events = readingEvents(after, round, time);
    if (events.some((event) => event.type === "pnl.kalshi.positions.observed.v1")) {
      this.#positionsAt = this.#clock.monotonic();
    }
    // A second more than the log's own sampling, or every other valuation would just miss it.
    if (this.#isDue(this.#valuedAt + 1_000)) {
      events.push(...await valuationEvents(this.#accounts, time, signal));
      this.#valuedAt = this.#clock.monotonic();
    }
    return { events, rejected: [], cursor: "1", backfilled: true };
  }

  /**
   * Facts do without this reading, but not without the list of subaccounts on the first poll: the
   * settlements of one that is not known would be missed.
   */
  async #readingBefore({ cursor, signal }: PollContext): Promise<Reading | null> {
    try {
      const due = this.#isDue(this.#positionsAt);
      return await takeReading(this.#client, this.#accounts, due, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (cursor === null && !isRefusal(error)) throw error;
      return null;
    }
  }

  #isDue(last: number): boolean {
    return this.#clock.monotonic() - last >= SAMPLE_MS;
  }
}

/** The source "kalshi": fills, settlements, transfers and what the venue reports of them. */
import type { Clock } from "../pnl/clock.ts";
import { HttpClient, type HttpClientOptions } from "./http_client.ts";
import { KalshiAccounts, type KalshiDeps } from "./kalshi_accounts.ts";
import { KalshiClient } from "./kalshi_client.ts";
import { pollFacts, subaccountsIn } from "./kalshi_facts.ts";
import { type Between, KalshiObservations } from "./kalshi_observations.ts";
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
 * withdrawals), `observations` (cash, positions, valuation: what of it could be read) and `readings`, which
 * brings nothing and fails where one of these readings failed. The readings that observations are
 * bracketed with are taken before the facts.
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
      { name: "observations", poll: (context) => portfolio.observed(context) },
      { name: "readings", poll: (context) => portfolio.readings(context) },
    ],
    binding: () =>
      Promise.resolve({
        origin: options.origin ?? new URL(options.baseUrl).origin,
        account: options.account ?? "default",
        since: null,
      }),
  };
}

const NOTHING_READ: Between = { facts: false, transfers: false };

/** The units of one account, and what they know of each other within a round. */
class Portfolio {
  readonly http: HttpClient;
  readonly #deps: KalshiDeps;
  readonly #observations: KalshiObservations;
  #round = NOTHING_READ;

  constructor(options: KalshiOptions) {
    const { clock } = options;
    const signer = new KalshiSigner(options.keyId, options.privateKeyPem);
    this.http = new HttpClient({
      baseUrl: options.baseUrl,
      clock,
      headers: (method, path) => signer.headers(method, path, clock.now()),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      ...(options.retry === undefined ? {} : { retry: options.retry }),
    });
    const client = new KalshiClient(this.http);
    this.#deps = { client, accounts: new KalshiAccounts(client, clock), clock };
    this.#observations = new KalshiObservations(this.#deps);
  }

  async facts(context: PollContext): Promise<Poll> {
    this.#round = NOTHING_READ;
    this.#deps.accounts.learn(subaccountsIn(context.cursor));
    await this.#observations.readBefore(context);
    const poll = await pollFacts(this.#deps, context);
    this.#round = { facts: true, transfers: false };
    return poll;
  }

  async transfers(context: PollContext): Promise<Poll> {
    const poll = await pollTransfers(this.#deps.client, this.#deps.clock, context);
    this.#round = { ...this.#round, transfers: true };
    return poll;
  }

  observed(context: PollContext): Promise<Poll> {
    const round = this.#round;
    this.#round = NOTHING_READ;
    return this.#observations.poll(context, round);
  }

  readings(context: PollContext): Promise<Poll> {
    return this.#observations.report(context);
  }
}

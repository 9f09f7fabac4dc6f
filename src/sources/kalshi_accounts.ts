/** The account's subaccounts and what each of them holds in cash. */
import { z } from "zod";
import type { Clock } from "../pnl/clock.ts";
import { shiftPoint } from "./decimal_text.ts";
import { decimalText, indexText, integerText } from "./envelope.ts";
import type { Asking, KalshiClient } from "./kalshi_client.ts";
import { UpstreamError } from "./source.ts";

/** Dollars by subaccount, in order of their numbers. */
export type CashBySubaccount = ReadonlyMap<number, string>;

const BALANCES = z.looseObject({
  subaccount_balances: z.array(
    z.looseObject({ subaccount_number: indexText, balance: decimalText }),
  ).max(1_000),
});

const BALANCE = z.looseObject({
  // Cut off at the cent; the dollars text is exact.
  balance: integerText,
  balance_dollars: decimalText.nullish(),
  portfolio_value: integerText,
});

/** A refused list is asked for again after this long: scopes of a key may change while it lives. */
const REFUSED_FOR_MS = 3_600_000;

/** What the venue says of one subaccount, in dollars; cash is not in the worth of the positions. */
export interface Balance {
  readonly cash: string;
  readonly value: string;
}

/** True where the venue answered that this key may not ask. */
export function isRefusal(error: unknown): boolean {
  return error instanceof UpstreamError && error.errorClass === "unauthorized";
}

/** Reads subaccounts and balances, and remembers which subaccounts there are. */
export class KalshiAccounts {
  readonly #client: KalshiClient;
  readonly #clock: Clock;
  #known: ReadonlySet<number> = new Set([0]);
  /** Monotonic milliseconds; null where the list may be asked for. */
  #refusedAt: number | null = null;

  constructor(client: KalshiClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Every subaccount seen so far, ascending; 0 always exists. */
  get known(): readonly number[] {
    return [...this.#known].sort((a, b) => a - b);
  }

  /** Adds subaccounts that something else names, such as a fill. */
  learn(subaccounts: Iterable<number>): void {
    this.#known = new Set([...this.#known, ...subaccounts]);
  }

  /**
   * Cash of every subaccount. Where the key may not list them, each known one is asked for by itself; any
   * other failure of the list says nothing of which there are.
   *
   * @throws {UpstreamError}
   */
  async cash(asking: Asking): Promise<CashBySubaccount> {
    if (!this.#isRefused()) {
      try {
        return await this.#listed(asking);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.#refusedAt = this.#clock.monotonic();
      }
    }
    const cash = new Map<number, string>();
    for (const subaccount of this.known) {
      cash.set(subaccount, (await this.balance(subaccount, asking)).cash);
    }
    return cash;
  }

  /**
   * Cash of one subaccount and the worth of its positions.
   *
   * @throws {UpstreamError}
   */
  async balance(subaccount: number, asking: Asking): Promise<Balance> {
    const row = await this.#client.get("/portfolio/balance", BALANCE, asking, [
      ["subaccount", String(subaccount)],
    ]);
    return {
      cash: row.balance_dollars ?? shiftPoint(row.balance, -2),
      value: shiftPoint(row.portfolio_value, -2),
    };
  }

  #isRefused(): boolean {
    return this.#refusedAt !== null &&
      this.#clock.monotonic() - this.#refusedAt < REFUSED_FOR_MS;
  }

  async #listed(asking: Asking): Promise<CashBySubaccount> {
    const path = "/portfolio/subaccounts/balances";
    const { subaccount_balances: rows } = await this.#client.get(path, BALANCES, asking);
    this.learn(rows.map((row) => row.subaccount_number));
    return new Map(
      rows.map((row) => [row.subaccount_number, row.balance] as const).sort((a, b) => a[0] - b[0]),
    );
  }
}

/** What the account's units read with. */
export interface KalshiDeps {
  readonly client: KalshiClient;
  readonly accounts: KalshiAccounts;
  readonly clock: Clock;
}

/** The account's subaccounts and what each of them holds in cash. */
import { z } from "zod";
import { shiftPoint } from "./decimal_text.ts";
import { decimalText, indexText, integerText } from "./envelope.ts";
import type { KalshiClient } from "./kalshi_client.ts";
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

/** True where the venue answered that this key, or this account, may not ask. */
export function isRefusal(error: unknown): boolean {
  return error instanceof UpstreamError &&
    (error.errorClass === "unauthorized" || error.errorClass === "client_error");
}

/** Reads subaccounts and balances, and remembers which subaccounts there are. */
export class KalshiAccounts {
  readonly #client: KalshiClient;
  #known: ReadonlySet<number> = new Set([0]);
  #listRefused = false;

  constructor(client: KalshiClient) {
    this.#client = client;
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
   * Cash of every subaccount. Where the key may not list them, each known one is asked for by itself.
   *
   * @throws {UpstreamError}
   */
  async cash(signal: AbortSignal): Promise<CashBySubaccount> {
    if (!this.#listRefused) {
      try {
        return await this.#listed(signal);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        // A key's scopes do not change while it lives: another key is another start.
        this.#listRefused = true;
      }
    }
    const cash = new Map<number, string>();
    for (const subaccount of this.known) {
      const row = await this.#balance(subaccount, signal);
      cash.set(subaccount, row.balance_dollars ?? shiftPoint(row.balance, -2));
    }
    return cash;
  }

  /**
   * What the venue says a subaccount's positions are worth, in dollars; cash is not in it.
   *
   * @throws {UpstreamError}
   */
  async portfolioValue(subaccount: number, signal: AbortSignal): Promise<string> {
    return shiftPoint((await this.#balance(subaccount, signal)).portfolio_value, -2);
  }

  async #listed(signal: AbortSignal): Promise<CashBySubaccount> {
    const path = "/portfolio/subaccounts/balances";
    const { subaccount_balances: rows } = await this.#client.get(path, BALANCES, signal);
    this.learn(rows.map((row) => row.subaccount_number));
    return new Map(
      rows.map((row) => [row.subaccount_number, row.balance] as const).sort((a, b) => a[0] - b[0]),
    );
  }

  #balance(subaccount: number, signal: AbortSignal): Promise<z.infer<typeof BALANCE>> {
    return this.#client.get("/portfolio/balance", BALANCE, signal, [
      ["subaccount", String(subaccount)],
    ]);
  }
}

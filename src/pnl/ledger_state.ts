/** The ledger as plain state, for the checkpoint: maps as lists sorted by key, so that equal ledgers look equal. */
import type { KalshiAccount, Subaccount, Transfer } from "./kalshi_account.ts";
import type { Market } from "./kalshi_book.ts";
import type { Ledger } from "./ledger.ts";
import { Spans, type SpansState } from "./spans.ts";

type PlainSubaccount = Omit<Subaccount, "markets"> & {
  readonly markets: readonly (readonly [string, Market])[];
};
type PlainAccount = Omit<KalshiAccount, "subaccounts" | "transfers"> & {
  readonly subaccounts: readonly (readonly [number, PlainSubaccount])[];
  readonly transfers: readonly (readonly [string, Transfer])[];
};

/** A ledger without maps and classes. */
export type PlainLedger = Omit<Ledger, "account" | "spans" | "rejections"> & {
  /** In order of position, not of key. */
  readonly rejections: readonly (readonly [string, number])[];
  readonly account: PlainAccount;
  readonly spans: SpansState;
};

/** The plain state of a ledger; shares parts with it. */
export function plainLedger(ledger: Ledger): PlainLedger {
  const { account, spans } = ledger;
  const subaccounts = sorted(account.subaccounts).map(([number, { markets, ...rest }]) =>
    [number, { ...rest, markets: sorted(markets) }] as const
  );
  return {
    ...ledger,
    account: { ...account, subaccounts, transfers: sorted(account.transfers) },
    rejections: [...ledger.rejections],
    spans: spans.state(),
  };
}

/** The ledger of a plain state; takes its parts over. */
export function ledgerOf(plain: PlainLedger): Ledger {
  const { account, spans } = plain;
  const subaccounts = account.subaccounts.map(([number, { markets, ...rest }]) =>
    [number, { ...rest, markets: new Map(markets) }] as const
  );
  return {
    ...plain,
    account: {
      ...account,
      subaccounts: new Map(subaccounts),
      transfers: new Map(account.transfers),
    },
    rejections: new Map(plain.rejections),
    spans: Spans.of(spans),
  };
}

function sorted<K extends string | number, V>(map: ReadonlyMap<K, V>): (readonly [K, V])[] {
  return [...map].sort(([a], [b]) => a < b ? -1 : 1);
}

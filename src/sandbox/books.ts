/** The sandbox's own books: exact decimal strings, for holding against what others made of its events. */
import type { Account } from "./account.ts";
import type { Holding } from "./holding.ts";
import { CENT, dayText, dollars, fixed } from "./units.ts";

/** One (subaccount, market). Dollars; the position is contracts, above zero YES. */
export interface MarketBooks {
  readonly subaccount: number;
  readonly ticker: string;
  readonly position: string;
  /** Realised profit before fees, nine decimals at most. */
  readonly realizedPnl: string;
  /** Fees of its trades, and what settlement charged beyond them. */
  readonly fees: string;
  readonly settled: boolean;
}

/** The books. Dollars unless said otherwise. */
export interface SandboxBooks {
  /** Cash by subaccount, from 0. */
  readonly cash: readonly string[];
  readonly markets: readonly MarketBooks[];
  readonly kalshi: {
    readonly cash: string;
    readonly realizedPnl: string;
    readonly fees: string;
    /** Realised − fees. */
    readonly pnl: string;
    readonly openPositions: number;
    /** What the open positions cost, at average cost. */
    readonly openCost: string;
    /** Applied deposits less their fees; returned ones are not in it. */
    readonly deposits: string;
    /** Applied withdrawals with their fees; returned ones are not in it. */
    readonly withdrawals: string;
    readonly fills: number;
    readonly settlements: number;
  };
  readonly revenue: { readonly invoiced: string; readonly collected: string };
  /** Cost of each UTC day that had any, oldest first. */
  readonly costs: readonly { readonly day: string; readonly amount: string }[];
}

/** The books of an account as it stands. */
export function booksOf(account: Account): SandboxBooks {
  const { trading, wallets, transfers, billing, costs } = account;
  const holdings = [...trading.open.flatMap((map) => [...map.values()]), ...trading.settled];
  const realized = sum(holdings, (h) => BigInt(h.realized));
  const fees = sum(holdings, (h) => BigInt(h.fees));
  const cash = Array.from({ length: wallets.size }, (_, i) => wallets.cash(i));
  const applied = (sign: 1 | -1) =>
    sum(
      (sign === 1 ? transfers.deposits : transfers.withdrawals).filter((t) =>
        t.status === "applied"
      ),
      (t) => BigInt((t.amountCents - sign * t.feeCents) * CENT),
    );
  return {
    cash: cash.map((micros) => dollars(micros, 6)),
    markets: holdings.map(marketBooks).sort(byMarket),
    kalshi: {
      cash: dollars(sum(cash, BigInt), 6),
      realizedPnl: dollars(realized, 9),
      fees: dollars(fees, 6),
      pnl: dollars(realized - fees * 1000n, 9),
      openPositions: holdings.filter((h) => h.position !== 0).length,
      openCost: dollars(sum(holdings, (h) => BigInt(h.openCost)), 9),
      deposits: dollars(applied(1), 6),
      withdrawals: dollars(applied(-1), 6),
      fills: trading.fills.length,
      settlements: trading.settlements.length,
    },
    revenue: {
      invoiced: fixed(billing.invoicedCents, 2),
      collected: fixed(billing.collectedCents, 2),
    },
    costs: [...costs.days.keys()].sort((a, b) => a - b).map((day) => ({
      day: dayText(day),
      amount: dollars(costs.total(day), 7),
    })),
  };
}

function marketBooks(holding: Holding): MarketBooks {
  return {
    subaccount: holding.subaccount,
    ticker: holding.ticker,
    position: fixed(holding.position, 2),
    realizedPnl: dollars(holding.realized, 9),
    fees: dollars(holding.fees, 6),
    settled: holding.payout !== null,
  };
}

function byMarket(a: MarketBooks, b: MarketBooks): number {
  return a.subaccount - b.subaccount || (a.ticker < b.ticker ? -1 : 1);
}

function sum<T>(items: readonly T[], value: (item: T) => bigint): bigint {
  return items.reduce((total, item) => total + value(item), 0n);
}

/**
 * The breakdown: the components of the current snapshot, each with what it adds up from. Every list
 * adds up exactly to the figure it stands under.
 */
import type { Fold } from "./fold.ts";
import { formatCount } from "./contracts.ts";
import type { Subaccount } from "./kalshi_account.ts";
import { derivedCash } from "./kalshi_account.ts";
import { feesOf, isOpen, type Market } from "./kalshi_book.ts";
import type { Ledger } from "./ledger.ts";
import { figures, kalshiPnl } from "./metrics.ts";
import { formatMoney, minus, type Money, parseMoney, plus, ZERO } from "./money.ts";

/** How many markets are listed one by one; the others are in one row. */
export const MARKETS_LISTED = 500;

/** A market of a subaccount, or (`ticker: null`) all that are not listed. */
export interface MarketRow {
  readonly subaccount: number | null;
  readonly ticker: string | null;
  readonly markets: number;
  /** Signed contracts, YES positive; null for the row of the others. */
  readonly count: string | null;
  readonly cost: string;
  readonly realizedPnl: string;
  readonly fees: string;
  readonly pnl: string;
  readonly settled: boolean | null;
}

/** Kalshi: `realizedPnl` − `fees` + `adjustments` = `pnl`; markets add up to the first two. */
export interface KalshiBreakdown {
  readonly pnl: string;
  readonly realizedPnl: string;
  readonly fees: string;
  readonly adjustments: string;
  /** `deposits` − `withdrawals` + `trades` + `settlements` − `fees` = `derived`. */
  readonly cash: {
    readonly derived: string;
    readonly deposits: string;
    readonly withdrawals: string;
    readonly trades: string;
    readonly settlements: string;
    readonly fees: string;
  };
  readonly openCost: string;
  readonly markets: readonly MarketRow[];
}

/** Anthropic: `spend` + `adjustments` = `total`; descriptions add up to `spend`, days to `monthToDate`. */
export interface AnthropicBreakdown {
  readonly total: string;
  readonly day: string;
  readonly spend: string;
  readonly adjustments: string;
  /** `description: null` is what was not described yet. */
  readonly byDescription: readonly {
    readonly description: string | null;
    readonly amount: string;
  }[];
  readonly monthToDate: string;
  readonly days: readonly { readonly day: string; readonly amount: string }[];
}

/** Revenue: `collected` + `adjustments` = `total`. */
export interface RevenueBreakdown {
  readonly total: string;
  readonly collected: string;
  readonly adjustments: string;
  readonly invoiced: string | null;
  readonly outstanding: string | null;
}

/** What the snapshot's metrics add up from. */
export interface Breakdown {
  readonly schema: "pnl.breakdown.v1";
  readonly position: number;
  readonly currency: "USD";
  /** `kalshi.pnl` + `revenue.total` */
  readonly totalRevenue: string;
  /** `anthropic.total` */
  readonly totalExpenses: string;
  /** `totalRevenue` − `totalExpenses` */
  readonly netPnl: string;
  readonly kalshi: KalshiBreakdown;
  readonly anthropic: AnthropicBreakdown;
  readonly revenue: RevenueBreakdown;
}

/** The breakdown at the fold's position; of an empty log all is zero. */
export function breakdown(fold: Fold): Breakdown {
  const { ledger, position } = fold;
  const amounts = figures(ledger);
  return {
    schema: "pnl.breakdown.v1",
    position,
    currency: "USD",
    totalRevenue: formatMoney(amounts.totalRevenue),
    totalExpenses: formatMoney(amounts.totalExpenses),
    netPnl: formatMoney(amounts.netPnl),
    kalshi: kalshiBreakdown(ledger),
    anthropic: anthropicBreakdown(ledger),
    revenue: revenueBreakdown(ledger),
  };
}

function kalshiBreakdown(ledger: Ledger): KalshiBreakdown {
  const { account, adjustments } = ledger;
  return {
    pnl: formatMoney(kalshiPnl(ledger)),
    realizedPnl: formatMoney(account.realized),
    fees: formatMoney(account.fees),
    adjustments: formatMoney(adjustments.kalshi),
    cash: {
      derived: formatMoney(derivedCash(account)),
      deposits: formatMoney(account.deposits),
      withdrawals: formatMoney(account.withdrawals),
      trades: formatMoney(account.tradeCash),
      settlements: formatMoney(account.settlementCash),
      fees: formatMoney(account.fees),
    },
    openCost: formatMoney(account.openCost),
    markets: marketRows(account.subaccounts),
  };
}

interface Listed {
  readonly subaccount: number;
  readonly ticker: string;
  readonly market: Market;
}

/** Open markets first, then the latest traded ones. */
function marketRows(subaccounts: ReadonlyMap<number, Subaccount>): MarketRow[] {
  const all: Listed[] = [];
  for (const [subaccount, { markets }] of subaccounts) {
    for (const [ticker, market] of markets) all.push({ subaccount, ticker, market });
  }
  all.sort(byInterest);
  const rows = all.slice(0, MARKETS_LISTED).map(({ subaccount, ticker, market }) =>
    row([market], {
      subaccount,
      ticker,
      count: formatCount(market.settlement === null ? market.count : 0),
      settled: market.settlement !== null,
    })
  );
  const others = all.slice(MARKETS_LISTED).map(({ market }) => market);
  if (others.length > 0) {
    rows.push(row(others, { subaccount: null, ticker: null, count: null, settled: null }));
  }
  return rows;
}

function byInterest(a: Listed, b: Listed): number {
  const open = Number(isOpen(b.market)) - Number(isOpen(a.market));
  if (open !== 0) return open;
  if (a.market.newest !== b.market.newest) return a.market.newest > b.market.newest ? -1 : 1;
  if (a.ticker !== b.ticker) return a.ticker < b.ticker ? -1 : 1;
  return a.subaccount - b.subaccount;
}

function row(
  markets: readonly Market[],
  head: Pick<MarketRow, "subaccount" | "ticker" | "count" | "settled">,
): MarketRow {
  let cost: Money = ZERO;
  let realized: Money = ZERO;
  let fees: Money = ZERO;
  for (const market of markets) {
    cost = plus(cost, market.cost);
    realized = plus(realized, market.realized);
    fees = plus(fees, feesOf(market));
  }
  return {
    ...head,
    markets: markets.length,
    cost: formatMoney(cost),
    realizedPnl: formatMoney(realized),
    fees: formatMoney(fees),
    pnl: formatMoney(minus(realized, fees)),
  };
}

/** What the costs of the current day and month add up from. */
export function anthropicBreakdown(ledger: Ledger): AnthropicBreakdown {
  const { costs, day, spans } = ledger;
  const spend = spans.costOfDay(day) ?? ZERO;
  const adjustments = spans.costAdjustmentsOfDay(day);
  let rest = spend;
  const byDescription: { description: string | null; amount: string }[] = [];
  for (const described of costs.described?.day === day ? costs.described.rows : []) {
    const amount = parseMoney(described.amount);
    rest = minus(rest, amount);
    byDescription.push({ description: described.description, amount: formatMoney(amount) });
  }
  if (rest !== ZERO) byDescription.push({ description: null, amount: formatMoney(rest) });
  return {
    total: formatMoney(plus(spend, adjustments)),
    day,
    spend: formatMoney(spend),
    adjustments: formatMoney(adjustments),
    byDescription,
    monthToDate: formatMoney(spans.costOfMonth(day) ?? ZERO),
    days: spans.costsOfMonth(day).map(([of, amount]) => ({ day: of, amount: formatMoney(amount) })),
  };
}

function revenueBreakdown(ledger: Ledger): RevenueBreakdown {
  const { adjustments, revenue } = ledger;
  const collected = revenue?.collected ?? ZERO;
  return {
    total: formatMoney(plus(collected, adjustments.revenue)),
    collected: formatMoney(collected),
    adjustments: formatMoney(adjustments.revenue),
    invoiced: revenue === null ? null : formatMoney(revenue.invoiced),
    outstanding: revenue === null ? null : formatMoney(minus(revenue.invoiced, revenue.collected)),
  };
}

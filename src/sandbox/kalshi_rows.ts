/** Rows in the venue's JSON. `shift` moves their times by microseconds, for a server whose clock is off. */
import type { Holding } from "./holding.ts";
import { uuidOf } from "./random.ts";
import type { Fill, Settlement } from "./trading.ts";
import type { Transfer } from "./transfers.ts";
import { fixed, timeText, unixSeconds } from "./units.ts";

const FILL = 1;
const ORDER = 2;

/** A row of fills. Older rows lack the shard and the deprecated second. */
export function fillRow(fill: Fill, seed: number, historical: boolean, shift: number) {
  const id = uuidOf(seed, FILL, fill.index);
  const opposite = fill.outcome === "yes" ? "no" : "yes";
  const time = fill.time + shift;
  return {
    fill_id: id,
    trade_id: id,
    order_id: uuidOf(seed, ORDER, fill.order),
    ticker: fill.ticker,
    market_ticker: fill.ticker,
    action: fill.action,
    side: fill.action === "buy" ? fill.outcome : opposite,
    outcome_side: fill.outcome,
    book_side: fill.outcome === "yes" ? "bid" : "ask",
    count_fp: fixed(fill.count, 2),
    yes_price_dollars: fixed(fill.price, 4),
    no_price_dollars: fixed(10_000 - fill.price, 4),
    is_taker: fill.taker,
    fee_cost: fixed(fill.fee, 6),
    subaccount_number: fill.subaccount,
    created_time: timeText(time),
    ...(historical ? {} : { ts: unixSeconds(time), exchange_index: 0 }),
  };
}

/** A row of settlements: gross counts and costs, revenue of the net only, fees repeated from the fills. */
export function settlementRow({ holding, payout, index }: Settlement, shift: number) {
  return {
    ticker: holding.ticker,
    event_ticker: holding.event,
    exchange_index: 0,
    market_result: payout.result,
    yes_count_fp: fixed(holding.yesCount, 2),
    yes_total_cost_dollars: fixed(holding.yesCost, 6),
    no_count_fp: fixed(holding.noCount, 2),
    no_total_cost_dollars: fixed(holding.noCost, 6),
    revenue: payout.revenueCents,
    value: payout.result !== "scalar" && index % 7 === 0 ? null : payout.value,
    fee_cost: fixed(holding.fees, 6),
    settled_time: timeText(payout.time + shift),
  };
}

/** A row of positions. */
export function positionRow(holding: Holding, shift: number) {
  return {
    ticker: holding.ticker,
    exchange_index: 0,
    position_fp: fixed(holding.position, 2),
    total_traded_dollars: fixed(holding.yesCost + holding.noCost, 6),
    market_exposure_dollars: fixed(toMicros(holding.openCost), 6),
    realized_pnl_dollars: fixed(toMicros(holding.realized), 6),
    fees_paid_dollars: fixed(holding.fees, 6),
    last_updated_ts: timeText(holding.lastUpdated + shift),
  };
}

/** Rows of events: sums over the given holdings, by event in order of name. */
export function eventRows(holdings: readonly Holding[]) {
  const events = Map.groupBy(holdings, (holding) => holding.event);
  return [...events].sort(([a], [b]) => (a < b ? -1 : 1)).map(([event, group]) => {
    const total = (value: (h: Holding) => number) => group.reduce((sum, h) => sum + value(h), 0);
    return {
      event_ticker: event,
      total_cost_dollars: fixed(total((h) => h.yesCost + h.noCost), 6),
      total_cost_shares_fp: fixed(total((h) => h.yesCount + h.noCount), 2),
      event_exposure_dollars: fixed(toMicros(total((h) => h.openCost)), 6),
      realized_pnl_dollars: fixed(toMicros(total((h) => h.realized)), 6),
      fees_paid_dollars: fixed(total((h) => h.fees), 6),
    };
  });
}

/** A row of deposits or withdrawals. */
export function transferRow(transfer: Transfer, shift: number) {
  const { id, status, type, amountCents, feeCents, created, finalized } = transfer;
  return {
    id,
    status,
    type,
    amount_cents: amountCents,
    fee_cents: feeCents,
    created_ts: unixSeconds(created + shift),
    ...(finalized === null ? {} : { finalized_ts: unixSeconds(finalized + shift) }),
  };
}

/** Nano-dollars as micro-dollars, to the nearest: the wire has six decimals. */
function toMicros(nanos: number): number {
  return Math.round(nanos / 1000);
}

/** The venue's read endpoints under `/portfolio` and `/historical`, over one account. */
import type { Account } from "./account.ts";
import type { Holding } from "./holding.ts";
import { type Listing, pageOf } from "./kalshi_listing.ts";
import { KalshiParams } from "./kalshi_params.ts";
import { eventRows, fillRow, positionRow, settlementRow, transferRow } from "./kalshi_rows.ts";
import { type Ask, json, type Reply } from "./reply.ts";
import type { Transfer } from "./transfers.ts";
import { CENT, DAY_MICROS, fixed, timeText, unixSeconds } from "./units.ts";

/** Trades older than this many whole UTC days are only in `/historical/fills`. */
const LIVE_DAYS = 30;
/** A settled market stays in `/portfolio/positions` this long, microseconds. */
const SETTLED_STAY = 600_000_000;

/** Where the live endpoints begin, microseconds; the start of a UTC day. */
function cutoffOf(now: number): number {
  return (Math.floor((now * 1000) / DAY_MICROS) - LIVE_DAYS) * DAY_MICROS;
}

/** `GET /historical/cutoff`. */
export function cutoff({ now, skewMs }: Ask): Reply {
  const text = timeText(cutoffOf(now) + skewMs * 1000);
  return json(200, {
    market_settled_ts: text,
    trades_created_ts: text,
    orders_updated_ts: text,
    market_positions_last_updated_ts: timeText((now + skewMs) * 1000 - SETTLED_STAY),
  });
}

/** `GET /portfolio/fills`: all subaccounts unless one is named. */
export function fills(account: Account, ask: Ask): Reply {
  return fillPage(account, ask, new KalshiParams("GetFills", ask.query), false);
}

/** `GET /historical/fills`: what is older than the cutoff, all subaccounts. */
export function historicalFills(account: Account, ask: Ask): Reply {
  return fillPage(account, ask, new KalshiParams("GetFillsHistorical", ask.query), true);
}

function fillPage(account: Account, ask: Ask, params: KalshiParams, historical: boolean): Reply {
  const cut = cutoffOf(ask.now);
  const bounds = boundsOf(params);
  const ticker = params.text("ticker");
  const order = historical ? null : params.text("order_id");
  const subaccount = historical ? null : params.subaccount();
  const shift = ask.skewMs * 1000;
  const page = pageOf({
    ...bounds,
    from: historical ? bounds.from : Math.max(bounds.from, cut),
    until: historical ? Math.min(bounds.until, cut) : bounds.until,
    rows: account.trading.fills,
    timeOf: (fill) => fill.time,
    matches: (fill) =>
      (ticker === null || fill.ticker === ticker) &&
      (subaccount === null || fill.subaccount === subaccount) &&
      (order === null || fillRow(fill, account.seed, false, 0).order_id === order),
    limit: params.limit(1000),
  });
  return json(200, {
    cursor: params.makeCursor(page.next),
    fills: page.rows.map((fill) => fillRow(fill, account.seed, historical, shift)),
  });
}

/** `GET /portfolio/settlements`: all subaccounts unless one is named; rows do not say which. */
export function settlements(account: Account, ask: Ask): Reply {
  const params = new KalshiParams("GetSettlements", ask.query);
  const ticker = params.text("ticker");
  const event = params.text("event_ticker");
  const subaccount = params.subaccount();
  const page = pageOf({
    ...boundsOf(params),
    rows: account.trading.settlements,
    timeOf: (settlement) => settlement.payout.time,
    matches: ({ holding }) =>
      (ticker === null || holding.ticker === ticker) &&
      (event === null || holding.event === event) &&
      (subaccount === null || holding.subaccount === subaccount),
    limit: params.limit(1000),
  });
  return json(200, {
    settlements: page.rows.map((settlement) => settlementRow(settlement, ask.skewMs * 1000)),
    cursor: params.makeCursor(page.next),
  });
}

/** `GET /portfolio/deposits` and `/portfolio/withdrawals`. */
export function transfers(account: Account, ask: Ask, kind: "deposits" | "withdrawals"): Reply {
  const params = new KalshiParams(
    kind === "deposits" ? "GetDeposits" : "GetWithdrawals",
    ask.query,
  );
  const page = pageOf<Transfer>({
    rows: account.transfers[kind],
    timeOf: (transfer) => transfer.created,
    from: -Infinity,
    until: Infinity,
    matches: () => true,
    limit: params.limit(500),
    before: placeOf(params),
  });
  return json(200, {
    [kind]: page.rows.map((transfer) => transferRow(transfer, ask.skewMs * 1000)),
    cursor: params.makeCursor(page.next),
  });
}

/** `GET /portfolio/balance`: subaccount 0 unless another is named. Cents are cut off. */
export function balance(account: Account, ask: Ask): Reply {
  const params = new KalshiParams("GetBalance", ask.query);
  const subaccount = params.subaccount() ?? 0;
  const cash = subaccount < account.wallets.size ? account.wallets.cash(subaccount) : 0;
  const value = [...account.trading.open[subaccount]?.values() ?? []]
    .reduce((sum, holding) => sum + valueOf(account, holding), 0);
  const text = fixed(Math.floor(cash / 100), 4);
  return json(200, {
    balance: Math.trunc(cash / CENT),
    balance_breakdown: [{ balance: text, exchange_index: 0 }],
    balance_dollars: text,
    portfolio_value: Math.trunc(value / CENT),
    updated_ts: unixSeconds((ask.now + ask.skewMs) * 1000),
  });
}

/** `GET /portfolio/subaccounts/balances`. */
export function subaccountBalances(account: Account, ask: Ask): Reply {
  const updated = unixSeconds((ask.now + ask.skewMs) * 1000);
  return json(200, {
    subaccount_balances: Array.from({ length: account.wallets.size }, (_, subaccount) => ({
      subaccount_number: subaccount,
      balance: fixed(Math.floor(account.wallets.cash(subaccount) / 100), 4),
      updated_ts: updated,
    })),
  });
}

/** `GET /portfolio/positions`: subaccount 0 unless another is named; settled markets soon leave it. */
export function positions(account: Account, ask: Ask): Reply {
  const params = new KalshiParams("GetPositions", ask.query);
  const subaccount = params.subaccount() ?? 0;
  const kept = params.list("count_filter", "CountFilter", ["position", "total_traded"]);
  const { open, settled } = account.trading;
  const recent = settled.slice(settledBefore(account, ask)).filter((h) =>
    h.subaccount === subaccount
  );
  const holdings = [...open[subaccount]?.values() ?? [], ...recent]
    .filter((holding) => isNamed(params, holding))
    .filter((holding) => !kept.includes("position") || holding.position !== 0)
    .sort((a, b) => (a.ticker < b.ticker ? -1 : 1));
  const limit = params.limit(1000);
  const after = params.cursor();
  const rest = after === null ? holdings : holdings.filter((h) => h.ticker > after);
  const page = rest.slice(0, limit);
  return json(200, {
    cursor: params.makeCursor(rest.length > limit ? page.at(-1)?.ticker ?? null : null),
    event_positions: eventRows(page),
    market_positions: page.map((holding) => ({
      ...positionRow(holding, ask.skewMs * 1000),
      resting_orders_count: 0,
    })),
  });
}

/** `GET /historical/positions`: settled markets that left the live endpoint, newest first. */
export function historicalPositions(account: Account, ask: Ask): Reply {
  const params = new KalshiParams("GetHistoricalPositions", ask.query);
  const subaccount = params.subaccount() ?? 0;
  const page = pageOf<Holding>({
    rows: account.trading.settled,
    timeOf: (holding) => holding.lastUpdated,
    from: -Infinity,
    until: ask.now * 1000 - SETTLED_STAY,
    matches: (holding) => holding.subaccount === subaccount && isNamed(params, holding),
    limit: params.limit(1000),
    before: placeOf(params),
  });
  return json(200, {
    cursor: params.makeCursor(page.next),
    market_positions: page.rows.map((holding) => positionRow(holding, ask.skewMs * 1000)),
  });
}

/** How many settled holdings have left the live positions. */
function settledBefore(account: Account, ask: Ask): number {
  const rows = account.trading.settled;
  const until = ask.now * 1000 - SETTLED_STAY;
  let left = rows.length;
  while (left > 0 && (rows[left - 1]?.lastUpdated ?? 0) >= until) left -= 1;
  return left;
}

function isNamed(params: KalshiParams, holding: Holding): boolean {
  const ticker = params.text("ticker");
  const event = params.text("event_ticker");
  return (ticker === null || ticker === holding.ticker) &&
    (event === null || event === holding.event);
}

/** Worth of an open position at the venue's price, micro-dollars. */
function valueOf(account: Account, holding: Holding): number {
  const mark = account.trading.mark(holding.ticker);
  return holding.position >= 0 ? holding.position * mark : -holding.position * (10_000 - mark);
}

function boundsOf(params: KalshiParams): Pick<Listing<unknown>, "from" | "until" | "before"> {
  return {
    from: params.seconds("min_ts") ?? -Infinity,
    until: params.seconds("max_ts") ?? Infinity,
    before: placeOf(params),
  };
}

function placeOf(params: KalshiParams): number | null {
  const place = params.cursor();
  return place !== null && /^\d{1,12}$/.test(place) ? Number(place) : null;
}

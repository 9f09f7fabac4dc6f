/** Rows of Kalshi's lists of facts, as events of the catalogue. */
import { z } from "zod";
import type { FactCandidate } from "../pnl/event.ts";
import { shiftPoint } from "./decimal_text.ts";
import { decimalText, indexText, integerText, shortText } from "./envelope.ts";
import { RowError } from "./row_error.ts";
import { readRfc3339, readUnixSeconds, type UpstreamTime } from "./upstream_time.ts";

/** A fact with what orders it among others of the same poll. */
export interface TimedFact {
  readonly fact: FactCandidate;
  readonly at: UpstreamTime;
}

const side = z.enum(["yes", "no"]);

const FILL = z.looseObject({
  fill_id: shortText,
  ticker: shortText,
  exchange_index: indexText.nullish(),
  outcome_side: side.nullish(),
  side: side.nullish(),
  action: z.enum(["buy", "sell"]).nullish(),
  count_fp: decimalText,
  yes_price_dollars: decimalText,
  fee_cost: decimalText,
  is_taker: z.boolean(),
  subaccount_number: indexText.nullish(),
  created_time: z.string().max(64).nullish(),
  ts: z.string().nullish(),
});

const SETTLEMENT = z.looseObject({
  // The identity adds a subaccount and a time to it.
  ticker: shortText.max(400),
  market_result: shortText,
  yes_count_fp: decimalText,
  yes_total_cost_dollars: decimalText,
  no_count_fp: decimalText,
  no_total_cost_dollars: decimalText,
  revenue: integerText,
  value: integerText.nullish(),
  fee_cost: decimalText,
  settled_time: z.string().max(64),
});

const TRANSFER = z.looseObject({
  id: shortText.max(400),
  status: shortText.max(60),
  amount_cents: integerText,
  fee_cents: integerText.nullish(),
  created_ts: z.string(),
  finalized_ts: z.string().nullish(),
});

/**
 * A row of `fills`.
 *
 * @param now this machine's time, milliseconds; a row more than five minutes ahead is refused
 * @throws {z.ZodError | RowError} where the row cannot be taken
 */
export function fillFact(value: unknown, now: number): TimedFact {
  const row = FILL.parse(value);
  const at = row.created_time
    ? timeOf("created_time", () => readRfc3339(row.created_time!, now))
    : timeOf("ts", () => readUnixSeconds(row.ts ?? "", now));
  return {
    at,
    fact: {
      kind: "fact",
      source: "/kalshi",
      type: "pnl.kalshi.fill.recorded.v1",
      id: row.fill_id,
      subject: row.ticker,
      time: at.time,
      data: {
        fillId: row.fill_id,
        subaccount: row.subaccount_number ?? 0,
        ...(typeof row.exchange_index === "number" ? { exchangeIndex: row.exchange_index } : {}),
        outcomeSide: outcomeSide(row),
        count: row.count_fp,
        yesPrice: row.yes_price_dollars,
        fee: row.fee_cost,
        taker: row.is_taker,
        ...(row.created_time ? { upstreamTime: row.created_time } : {}),
      },
    },
  };
}

/** Rows of before the field have only the two deprecated ones. */
function outcomeSide(row: z.infer<typeof FILL>): "yes" | "no" {
  if (row.outcome_side) return row.outcome_side;
  if (!row.side || !row.action) throw new RowError("outcome_side", "is missing");
  return (row.action === "buy") === (row.side === "yes") ? "yes" : "no";
}

/**
 * A row of `settlements`, read for one subaccount; the row itself does not name it.
 *
 * @throws {z.ZodError | RowError} where the row cannot be taken
 */
export function settlementFact(value: unknown, subaccount: number, now: number): TimedFact {
  const row = SETTLEMENT.parse(value);
  const at = timeOf("settled_time", () => readRfc3339(row.settled_time, now));
  return {
    at,
    fact: {
      kind: "fact",
      source: "/kalshi",
      type: "pnl.kalshi.settlement.recorded.v1",
      id: `${row.ticker}/${subaccount}/${at.fine.slice(0, 26)}Z`,
      subject: row.ticker,
      time: at.time,
      data: {
        subaccount,
        result: row.market_result,
        value: row.value ? shiftPoint(row.value, -2) : null,
        yesCount: row.yes_count_fp,
        yesCost: row.yes_total_cost_dollars,
        noCount: row.no_count_fp,
        noCost: row.no_total_cost_dollars,
        revenue: shiftPoint(row.revenue, -2),
        fee: row.fee_cost,
        upstreamTime: row.settled_time,
      },
    },
  };
}

/**
 * A row of `deposits` or `withdrawals`: one fact for each state it was seen in. Only its kind
 * and its id together name a transfer.
 *
 * @throws {z.ZodError | RowError} where the row cannot be taken
 */
export function transferFact(
  kind: "deposit" | "withdrawal",
  value: unknown,
  now: number,
): TimedFact {
  const row = TRANSFER.parse(value);
  const at = row.finalized_ts
    ? timeOf("finalized_ts", () => readUnixSeconds(row.finalized_ts!, now))
    : timeOf("created_ts", () => readUnixSeconds(row.created_ts, now));
  return {
    at,
    fact: {
      kind: "fact",
      source: "/kalshi",
      type: `pnl.kalshi.${kind}.recorded.v1`,
      id: `${kind}/${row.id}/${row.status}`,
      subject: row.id,
      time: at.time,
      data: {
        transferId: row.id,
        status: row.status,
        amount: shiftPoint(row.amount_cents, -2),
        fee: shiftPoint(row.fee_cents ?? "0", -2),
      },
    },
  };
}

function timeOf(path: string, read: () => UpstreamTime): UpstreamTime {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new RowError(path, error.message);
    throw error;
  }
}

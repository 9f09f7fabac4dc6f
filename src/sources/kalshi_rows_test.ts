import assert from "node:assert/strict";
import { EVENT_DATA } from "../pnl/event.ts";
import { parseJsonText } from "./json_text.ts";
import { fillFact, settlementFact, transferFact } from "./kalshi_rows.ts";
import { readRow } from "./rejection.ts";

const NOW = Date.UTC(2026, 10, 22, 10);

/** As recorded from the venue, in the text it came in. */
const FILL = `{"fill_id":"f4a42159-b500-57c6-efa2-c31d94d916c1","trade_id":"f4a42159",
 "order_id":"97ec18b7","ticker":"KXWTA-26JUN11-LEP","market_ticker":"KXWTA-26JUN11-LEP",
 "action":"buy","side":"yes","outcome_side":"yes","book_side":"bid","count_fp":"1.00",
 "yes_price_dollars":"0.5200","no_price_dollars":"0.4800","is_taker":true,"fee_cost":"0.017500",
 "subaccount_number":0,"created_time":"2026-06-11T06:29:30.164956Z","ts":1781159370}`;
const SETTLEMENT =
  `{"ticker":"KXHIGHNY-26NOV20-B52.5","event_ticker":"KXHIGHNY-26NOV20","exchange_index":0,
 "market_result":"yes","yes_count_fp":"10.00","yes_total_cost_dollars":"4.300000","no_count_fp":"0.00",
 "no_total_cost_dollars":"0.000000","revenue":1000,"value":100,"fee_cost":"0.171600",
 "settled_time":"2026-11-21T15:02:11.123456Z"}`;
const DEPOSIT = `{"id":"dep_1","status":"applied","type":"ach","amount_cents":50000,"fee_cents":7,
 "created_ts":1781000000,"finalized_ts":1781090000}`;

function row(text: string, changes: Record<string, unknown> = {}): unknown {
  const value = parseJsonText(text) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries({ ...value, ...changes }).filter(([, field]) => field !== undefined),
  );
}

Deno.test("fillFact() takes the fields of a recorded fill", () => {
  const { fact, at } = fillFact(row(FILL), NOW);
  assert.deepEqual(fact, {
    kind: "fact",
    source: "/kalshi",
    type: "pnl.kalshi.fill.recorded.v1",
    id: "f4a42159-b500-57c6-efa2-c31d94d916c1",
    subject: "KXWTA-26JUN11-LEP",
    time: "2026-06-11T06:29:30.164Z",
    data: {
      fillId: "f4a42159-b500-57c6-efa2-c31d94d916c1",
      subaccount: 0,
      outcomeSide: "yes",
      count: "1.00",
      yesPrice: "0.5200",
      fee: "0.017500",
      taker: true,
      upstreamTime: "2026-06-11T06:29:30.164956Z",
    },
  });
  assert.equal(at.seconds, 1781159370);
  EVENT_DATA[fact.type].parse(fact.data);
});

Deno.test("fillFact() tells the direction of a row that has only side and action", () => {
  const cases = [["buy", "yes", "yes"], ["sell", "no", "yes"], ["buy", "no", "no"], [
    "sell",
    "yes",
    "no",
  ]];
  for (const [action, side, expected] of cases) {
    const { fact } = fillFact(row(FILL, { outcome_side: undefined, action, side }), NOW);
    assert.equal("outcomeSide" in fact.data && fact.data.outcomeSide, expected);
  }
});

Deno.test("fillFact() does without what is optional, and with what is new", () => {
  const changes = {
    created_time: undefined,
    subaccount_number: undefined,
    side: undefined,
    action: undefined,
    exchange_index: "3",
    brand_new: { x: [] },
  };
  const { fact } = fillFact(row(FILL, changes), NOW);
  assert.equal(fact.time, "2026-06-11T06:29:30.000Z");
  assert.deepEqual("exchangeIndex" in fact.data && fact.data.exchangeIndex, 3);
  assert.equal("upstreamTime" in fact.data, false);
});

Deno.test("readRow() rejects a fill that cannot be, and names the field", () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ count_fp: "many" }, "fills[3].count_fp"],
    [{ fill_id: undefined }, "fills[3].fill_id"],
    [{ is_taker: "yes" }, "fills[3].is_taker"],
    [{ outcome_side: "maybe" }, "fills[3].outcome_side"],
    [{ outcome_side: undefined, side: undefined }, "fills[3].outcome_side"],
    [{ created_time: "2026-06-11T06:29:30" }, "fills[3].created_time"],
    [{ created_time: "2026-11-22T10:06:00Z" }, "fills[3].created_time"],
    [{ created_time: undefined, ts: undefined }, "fills[3].ts"],
  ];
  for (const [changes, path] of cases) {
    const value = row(FILL, changes);
    const taken = readRow(() => fillFact(value, NOW), { path: "fills[3]", value }, {
      field: "fill_id",
    });
    assert("rejection" in taken, path);
    assert.equal(taken.rejection.path, path);
    const named = changes.fill_id === undefined && "fill_id" in changes;
    assert.match(taken.rejection.identity, named ? /^row\/[0-9a-f]{16}$/ : /^f4a42159-/);
  }
});

Deno.test("settlementFact() turns cents into dollars and is named by its microsecond", () => {
  const { fact } = settlementFact(row(SETTLEMENT), 1, NOW);
  assert.equal(fact.id, "KXHIGHNY-26NOV20-B52.5/1/2026-11-21T15:02:11.123456Z");
  assert.deepEqual(fact.data, {
    subaccount: 1,
    result: "yes",
    value: "1.00",
    yesCount: "10.00",
    yesCost: "4.300000",
    noCount: "0.00",
    noCost: "0.000000",
    revenue: "10.00",
    fee: "0.171600",
    upstreamTime: "2026-11-21T15:02:11.123456Z",
  });
  EVENT_DATA[fact.type].parse(fact.data);
});

Deno.test("settlementFact() keeps a result that is new, and a value that is null or nothing", () => {
  const unknown = settlementFact(row(SETTLEMENT, { market_result: "void", value: null }), 0, NOW);
  assert("value" in unknown.fact.data && unknown.fact.data.value === null);
  const worthless = settlementFact(row(SETTLEMENT, { market_result: "no", value: "0" }), 0, NOW);
  assert("value" in worthless.fact.data && worthless.fact.data.value === "0.00");
});

Deno.test("settlementFact() gives one identity to one instant in any zone", () => {
  const utc = settlementFact(row(SETTLEMENT), 0, NOW).fact.id;
  const zoned = { settled_time: "2026-11-21T10:02:11.123456-05:00" };
  assert.equal(settlementFact(row(SETTLEMENT, zoned), 0, NOW).fact.id, utc);
});

Deno.test("transferFact() is one fact for each state, at the time of that state", () => {
  const applied = transferFact("deposit", row(DEPOSIT), NOW).fact;
  assert.equal(applied.id, "deposit/dep_1/applied");
  assert.equal(applied.type, "pnl.kalshi.deposit.recorded.v1");
  assert.equal(applied.time, "2026-06-10T11:13:20.000Z");
  assert.deepEqual(applied.data, {
    transferId: "dep_1",
    status: "applied",
    amount: "500.00",
    fee: "0.07",
  });
  const changes = { status: "pending", finalized_ts: undefined, fee_cents: undefined };
  const pending = transferFact("withdrawal", row(DEPOSIT, changes), NOW).fact;
  assert.equal(pending.id, "withdrawal/dep_1/pending");
  assert.equal(pending.type, "pnl.kalshi.withdrawal.recorded.v1");
  assert.equal(pending.time, "2026-06-09T10:13:20.000Z");
});

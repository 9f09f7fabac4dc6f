import assert from "node:assert/strict";
import fc from "fast-check";
import { anyHistory } from "../../tests/histories.ts";
import {
  explain,
  EXPLAINED_METRICS,
  type ExplainedBases,
  type ExplainedMetric,
  unitOf,
} from "./explain.ts";
import { MARKETS_EXPLAINED } from "./explain_kalshi.ts";
import { type ExplainedNode, SUM } from "./explain_node.ts";
import { initialFold } from "./fold.ts";
import { parseMoney } from "./money.ts";
import { percent } from "./percent.ts";
import type { Snapshot } from "./snapshot_schema.ts";
import {
  adjustment,
  backfilled,
  bound,
  cash,
  cost,
  dayStarted,
  fill,
  given,
  settlement,
  type Story,
  totals,
} from "./testing.ts";

const NO_BASES: ExplainedBases = { prior: null, day: null };

function explained(story: Story, metric: ExplainedMetric, bases = NO_BASES): ExplainedNode {
  const node = explain(story.fold, metric, bases);
  assert.ok(node !== null);
  return node;
}

/** What the snapshot says of a metric. */
function shown(snapshot: Snapshot, metric: ExplainedMetric): string | null {
  const { metrics, components, periods } = snapshot;
  let found: unknown = { ...metrics, ...components, periods };
  for (const name of metric.split(".")) {
    if (found === null) return null;
    assert.ok(typeof found === "object" && found !== undefined);
    found = Reflect.get(found, name);
  }
  assert.ok(found === null || typeof found === "string", metric);
  return found;
}

function amount(node: ExplainedNode | undefined): bigint {
  return parseMoney(node?.value ?? "0");
}

/** Holds a node and all below it to their formulas; gives how many had one. */
function check(node: ExplainedNode): number {
  const { formula, inputs } = node;
  let held = 0;
  if (formula === SUM) {
    assert.equal(inputs.reduce((total, input) => total + amount(input), 0n), amount(node));
    held += 1;
  } else if (formula !== null && !formula.includes("÷")) {
    let total = 0n;
    const terms = ` + ${formula}`.split(/ (?=[+−] )/).slice(1);
    assert.deepEqual(terms.map((term) => term.slice(2)), inputs.map(({ name }) => name));
    terms.forEach((term, at) => total += (term[0] === "+" ? 1n : -1n) * amount(inputs[at]));
    assert.equal(total, amount(node), node.name);
    held += 1;
  }
  return inputs.reduce((sum, input) => sum + check(input), held);
}

Deno.test("explain() gives the snapshot's figure, and every sum below it adds up to the last digit", () => {
  let held = 0;
  fc.assert(fc.property(anyHistory, (history) => {
    const story = given(...history);
    for (const metric of EXPLAINED_METRICS) {
      const node = explained(story, metric);
      assert.equal(node.name, metric);
      assert.equal(node.value, shown(story.now, metric), metric);
      held += check(node);
    }
  }));
  assert.ok(held > 5_000, `${held} sums`);
});

Deno.test("explain() gives quotients from which the percentages follow", () => {
  fc.assert(fc.property(anyHistory, (history) => {
    const story = given(...history);
    for (const metric of EXPLAINED_METRICS.filter((name) => unitOf(name) === "percent")) {
      const { value, inputs: [net, other] } = explained(story, metric);
      if (value === null) continue;
      const [a, b] = [amount(net), amount(other)];
      const numerator = metric.endsWith("TrendPct") || metric === "trendPct" ? a - b : a;
      const money = (nanos: bigint) => parseMoney("0") + nanos as ReturnType<typeof parseMoney>;
      assert.equal(value, percent(money(numerator), money(b < 0n ? -b : b)), metric);
    }
  }));
});

Deno.test("explain() gives nothing before the first event", () => {
  assert.equal(explain(initialFold(5_000), "netPnl", NO_BASES), null);
});

Deno.test("explain() lists the largest markets, one row a ticker, and the others in one that adds up", () => {
  const trades = Array.from({ length: MARKETS_EXPLAINED + 7 }, (_, index) => [
    fill("yes", `${index + 1}`, "0.40", { ticker: `M${index}`, fee: "0.01" }),
    settlement(`${index + 1}`, {}, { ticker: `M${index}` }),
  ]).flat();
  const story = given(
    ...trades,
    fill("yes", "1", "0.5", { ticker: "M3", subaccount: 2, fee: "9" }),
  );
  const node = explained(story, "kalshi.realizedPnl");
  assert.equal(node.inputs.length, MARKETS_EXPLAINED + 1);
  assert.deepEqual(
    [node.inputs[0]?.name, node.inputs[0]?.value],
    [`market:M${MARKETS_EXPLAINED + 6}`, "64.20"],
  );
  assert.deepEqual(node.inputs[0]?.events, {
    subject: `M${MARKETS_EXPLAINED + 6}`,
    most: 10,
  });
  // 0.60 each of 1 to 7 contracts.
  const last = node.inputs.at(-1);
  assert.deepEqual([last?.label, last?.value, last?.events], ["7 other markets", "16.80", null]);
  const [first] = explained(story, "kalshi.fees").inputs;
  assert.deepEqual([first?.label, first?.value, first?.note], ["M3", "9.01", "In 2 subaccounts."]);
});

Deno.test("explain() names a trend's base by its window and position", () => {
  const story = given(totals("100", "100"), { ...totals("150", "150"), recorded: later(6) });
  const base = { position: 1, start: "2026-11-22T12:00:00.000Z", end: "2026-11-22T12:00:05.000Z" };
  const node = explained(story, "trendPct", { prior: base, day: null });
  assert.equal(node.value, "50.00");
  assert.equal(node.formula, "(netPnl − trend.base) ÷ |trend.base| × 100");
  const found = node.inputs[1];
  assert.deepEqual([found?.value, found?.events], ["100.00", { position: 1 }]);
  assert.equal(found?.label, "Net P&L of the window that ended at 2026-11-22T12:00:05.000Z");
  assert.match(found?.note ?? "", /position 1, .* from 2026-11-22T12:00:00\.000Z/);
  const daily = explained(story, "dailyTrendPct");
  assert.deepEqual([daily.value, daily.inputs[1]?.label], [null, "No base"]);
  assert.equal(daily.note, "No final snapshot before this UTC day can be measured against.");
});

Deno.test("explain() says what is awaited where a margin or a trend is not known", () => {
  const story = given(bound("anthropic", "2026-11-01"), totals("100", "100"));
  for (const metric of ["grossMarginPct", "trendPct", "dailyTrendPct"] as const) {
    const { value, note } = explained(story, metric);
    assert.deepEqual([value, note], [null, "Not known yet: anthropic is awaited."]);
  }
  assert.equal(
    explained(story, "anthropic.dailySpend").note,
    "No cost of 2026-11-22 has been observed yet.",
  );
  assert.match(explained(story, "periods.month.netPnl").note ?? "", /every source/);
});

Deno.test("explain() takes unreconciled cash apart while its parts stand, and says so after", () => {
  const story = given(
    bound("kalshi"),
    fill("yes", "10", "0.40", { fee: "0.10" }),
    cash("100"),
    backfilled("kalshi"),
    cash("100.25"),
  );
  const node = explained(story, "kalshi.unreconciled.cash");
  assert.equal(node.value, "104.35");
  assert.equal(node.formula, "kalshi.balance − kalshi.derivedCash");
  story.when(fill("yes", "1", "0.40"));
  const after = explained(story, "kalshi.unreconciled.cash");
  assert.deepEqual([after.value, after.formula, after.inputs], ["104.35", null, []]);
  assert.match(after.note ?? "", /^Evaluated from the reading of 2026-11-22T12:00:00\.000Z/);
});

Deno.test("explain() bounds a period's events by the span that its figures cover", () => {
  const story = given(
    bound("revenue"),
    dayStarted("2026-11-22"),
    backfilled("revenue"),
    totals("100", "100", { recorded: later(0) }),
    cost("2026-11-22", "3"),
    adjustment("kalshi", "1"),
  );
  const [kalshi, collected] = explained(story, "periods.day.revenue").inputs;
  const span = { from: "2026-11-22T12:00:00.000Z", to: "2026-11-23T00:00:00.000Z" };
  const eventsOf = (node?: ExplainedNode) => node?.inputs.map(({ events }) => events);
  assert.deepEqual(eventsOf(kalshi), [
    { type: "pnl.kalshi.fill.recorded.v1", ...span },
    { type: "pnl.kalshi.settlement.recorded.v1", ...span },
    { type: "pnl.adjustment.recorded.v1", component: "kalshi", ...span },
  ]);
  assert.equal(kalshi?.value, "1.00");
  assert.equal(eventsOf(collected)?.length, 2);
  const ends = (["month", "year", "all"] as const).map((period) =>
    explained(story, `periods.${period}.revenue`).inputs[1]?.inputs[0]?.events?.to
  );
  assert.deepEqual(ends, ["2026-12-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z", undefined]);
});

/** Some seconds after noon. */
function later(seconds: number): string {
  return new Date(Date.UTC(2026, 10, 22, 12, 0, seconds)).toISOString();
}

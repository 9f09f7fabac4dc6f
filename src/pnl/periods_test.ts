/** The coherent periods: revenue and expenses of one span, from when every bound component is known. */
import assert from "node:assert/strict";
import {
  adjustment,
  backfilled,
  bound,
  cost,
  dayStarted,
  fill,
  given,
  type Spec,
  type Story,
  totals,
} from "./testing.ts";

type Name = "day" | "month" | "year" | "all";

function span(story: Story, name: Name) {
  const { revenue, expenses, since } = story.now.periods[name];
  return [revenue, expenses, since];
}

/** A round trip that earns `cents` at a time. */
function earn(cents: number, time: string, recorded?: string): Spec[] {
  const times = recorded === undefined ? { time } : { time, recorded };
  const sold = ((50 + cents) / 100).toFixed(2);
  return [fill("yes", "1", "0.50", times), fill("no", "1", sold, times)];
}

const NOON = "2026-11-22T12:00:00.000Z";

Deno.test("periods: with Kalshi alone each begins at its calendar start, all at the first fact", () => {
  const story = given(
    bound("kalshi"),
    ...earn(1, "2025-12-31T23:59:59.999Z"),
    ...earn(2, "2026-01-01T00:00:00.000Z"),
    ...earn(4, "2026-11-01T00:00:00.000Z"),
    ...earn(8, "2026-11-22T00:00:00.000Z"),
  );
  assert.deepEqual(span(story, "day"), [null, null, null], "not read from its beginning yet");
  story.when(backfilled("kalshi"));
  assert.deepEqual(span(story, "day"), ["0.08", "0.00", "2026-11-22T00:00:00.000Z"]);
  assert.deepEqual(span(story, "month"), ["0.12", "0.00", "2026-11-01T00:00:00.000Z"]);
  assert.deepEqual(span(story, "year"), ["0.14", "0.00", "2026-01-01T00:00:00.000Z"]);
  assert.deepEqual(span(story, "all"), ["0.15", "0.00", "2025-12-31T23:59:59.999Z"]);
  assert.equal(story.now.periods.all.start, null);
});

Deno.test("periods: a late fact lands in its own day", () => {
  const story = given(bound("kalshi"), backfilled("kalshi"), ...earn(3, NOON));
  story.when(...earn(5, "2026-11-21T09:00:00.000Z"));
  assert.equal(story.now.periods.day.revenue, "0.03");
  assert.equal(story.now.periods.month.revenue, "0.08");
});

Deno.test("periods: with Anthropic they begin with the first day it is read from", () => {
  const story = given(
    bound("kalshi"),
    bound("anthropic", "2026-11-20"),
    ...earn(1, "2026-11-19T23:59:59.999Z"),
    ...earn(2, "2026-11-20T00:00:00.000Z"),
    backfilled("kalshi"),
    cost("2026-11-20", "1"),
    cost("2026-11-21", "2"),
    cost("2026-11-22", "4"),
  );
  assert.deepEqual(span(story, "all"), [null, null, null]);
  story.when(backfilled("anthropic"));
  assert.deepEqual(span(story, "all"), ["0.02", "7.00", "2026-11-20T00:00:00.000Z"]);
  assert.deepEqual(span(story, "month"), ["0.02", "7.00", "2026-11-20T00:00:00.000Z"]);
  assert.deepEqual(span(story, "day"), ["0.00", "4.00", "2026-11-22T00:00:00.000Z"]);
  story.when(cost("2026-11-21", "2.50"), cost("2026-11-20", "1.25"));
  assert.equal(story.now.periods.all.expenses, "7.75");
  assert.equal(story.now.periods.day.expenses, "4.00");
});

Deno.test("periods: the day that Anthropic is read from counts whole, whenever it is observed", () => {
  const story = given(bound("anthropic", "2026-11-22"), backfilled("anthropic"));
  story.when(cost("2026-11-22", "3"));
  assert.deepEqual(span(story, "all"), ["0.00", "3.00", "2026-11-22T00:00:00.000Z"]);
});

Deno.test("periods: Anthropic without a first day is known from the first day observed", () => {
  const story = given(bound("anthropic"), backfilled("anthropic"));
  assert.deepEqual(span(story, "all"), [null, null, null]);
  story.when(cost("2026-11-21", "2"), cost("2026-11-22", "4"));
  assert.deepEqual(span(story, "all"), ["0.00", "6.00", "2026-11-21T00:00:00.000Z"]);
});

/** Every source bound and read; the billing service's first totals at noon. */
function noon(...before: readonly Spec[]): Story {
  return given(
    bound("kalshi"),
    bound("anthropic", "2026-01-01"),
    bound("revenue"),
    cost("2026-11-21", "100"),
    ...before,
    backfilled("kalshi"),
    backfilled("anthropic"),
    backfilled("revenue"),
    totals("900", "500", { time: NOON }),
  );
}

Deno.test("periods: what was collected before the first totals is nobody's income", () => {
  const story = noon(cost("2026-11-22", "10"));
  for (const name of ["day", "month", "year", "all"] as const) {
    assert.deepEqual(span(story, name), ["0.00", "0.00", NOON], name);
  }
  story.when(totals("900", "520", { time: "2026-11-22T13:00:00.000Z" }), cost("2026-11-22", "13"));
  for (const name of ["day", "month", "year", "all"] as const) {
    assert.deepEqual(span(story, name), ["20.00", "3.00", NOON], name);
  }
});

Deno.test("periods: the day's first cost is the baseline where none was known when the span began", () => {
  const story = noon();
  story.when(cost("2026-11-22", "10"));
  assert.deepEqual(span(story, "day"), ["0.00", "0.00", NOON]);
  story.when(cost("2026-11-22", "12"));
  assert.deepEqual(span(story, "all"), ["0.00", "2.00", NOON]);
});

Deno.test("periods: later days count whole, and a day before the span not at all", () => {
  const story = noon(cost("2026-11-22", "10"));
  story.when(
    dayStarted("2026-11-23"),
    cost("2026-11-23", "7"),
    cost("2026-11-22", "11"),
    cost("2026-11-21", "999"),
    totals("900", "530", { time: "2026-11-23T01:00:00.000Z" }),
  );
  assert.deepEqual(span(story, "day"), ["30.00", "7.00", "2026-11-23T00:00:00.000Z"]);
  assert.deepEqual(span(story, "month"), ["30.00", "8.00", NOON]);
  story.when(dayStarted("2026-12-01"), cost("2026-12-01", "3"));
  assert.deepEqual(span(story, "month"), ["0.00", "3.00", "2026-12-01T00:00:00.000Z"]);
  assert.deepEqual(span(story, "year"), ["30.00", "11.00", NOON]);
  story.when(dayStarted("2027-01-01"));
  assert.deepEqual(span(story, "year"), ["0.00", "0.00", "2027-01-01T00:00:00.000Z"]);
  assert.deepEqual(span(story, "all"), ["30.00", "11.00", NOON]);
});

Deno.test("periods: a fact counts by its own time, folded before the span began or after", () => {
  const story = noon(
    ...earn(1, "2026-11-22T11:59:59.999Z"),
    ...earn(2, "2026-11-22T12:00:00.000Z"),
    adjustment("kalshi", "0.40", "2026-11-22T12:00:00.001Z"),
    adjustment("anthropic", "0.25", "2026-11-22T12:00:00.001Z"),
    adjustment("anthropic", "9", "2026-11-22T11:00:00.000Z"),
  );
  assert.deepEqual(span(story, "all"), ["0.42", "0.25", NOON]);
  story.when(...earn(4, "2026-11-22T11:00:00.000Z"), ...earn(8, NOON));
  assert.deepEqual(span(story, "all"), ["0.50", "0.25", NOON]);
  assert.deepEqual(span(story, "day"), ["0.50", "0.25", NOON]);
});

Deno.test("periods: fees count at the fill's time", () => {
  const story = given(bound("kalshi"), backfilled("kalshi"));
  story.when(fill("yes", "1", "0.50", { time: "2026-11-21T10:00:00.000Z", fee: "0.02" }));
  story.when(fill("no", "1", "0.60", { time: NOON, fee: "0.03" }));
  assert.equal(story.now.periods.day.revenue, "0.07");
  assert.equal(story.now.periods.month.revenue, "0.05");
});

Deno.test("periods: net and margin are those of the span; the margin is null without revenue", () => {
  const story = given(
    bound("kalshi"),
    bound("anthropic", "2026-01-01"),
    backfilled("kalshi"),
    backfilled("anthropic"),
    cost("2026-11-22", "0.05"),
    ...earn(20, NOON),
  );
  const { netPnl, grossMarginPct } = story.now.periods.day;
  assert.deepEqual([netPnl, grossMarginPct], ["0.15", "75.00"]);
  story.when(dayStarted("2026-11-23"), cost("2026-11-23", "1"));
  const next = story.now.periods.day;
  assert.deepEqual([next.netPnl, next.grossMarginPct], ["-1.00", null]);
});

Deno.test("periods: a span that begins after the current day is empty", () => {
  const story = given(bound("anthropic", "2026-12-24"), backfilled("anthropic"));
  story.when(cost("2026-11-22", "5"));
  assert.deepEqual(span(story, "day"), ["0.00", "0.00", "2026-12-24T00:00:00.000Z"]);
  assert.equal(story.now.metrics.totalExpenses, "5.00");
});

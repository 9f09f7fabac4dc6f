import assert from "node:assert/strict";
import {
  applyEvent,
  currentSnapshot,
  initialFold,
  QUARANTINE_LISTED,
  quarantineEvent,
} from "./fold.ts";
import {
  adjustment,
  backfilled,
  bound,
  cost,
  dayStarted,
  fill,
  given,
  recorded,
  type Spec,
  totals,
} from "./testing.ts";

function at(seconds: string, spec: Spec = totals("0", "0")): Spec {
  return { ...spec, recorded: `2026-11-22T12:00:${seconds}Z` };
}

Deno.test("applyEvent() closes a window with the first event of a later one", () => {
  const story = given(at("01.000"), at("04.999"));
  assert.equal(story.finals.length, 0);
  assert.deepEqual(story.now.window, {
    start: "2026-11-22T12:00:00.000Z",
    end: "2026-11-22T12:00:05.000Z",
    final: false,
  });
  story.when(at("05.000", totals("10", "7")));
  assert.equal(story.finals.length, 1);
  assert.deepEqual(story.finals[0]?.window, {
    start: "2026-11-22T12:00:00.000Z",
    end: "2026-11-22T12:00:05.000Z",
    final: true,
  });
  assert.equal(story.finals[0]?.position, 2);
  assert.equal(story.finals[0]?.metrics.totalRevenue, "0.00");
  assert.equal(story.now.position, 3);
});

Deno.test("empty windows give nothing", () => {
  const story = given(at("01.000"), at("59.000"));
  assert.equal(story.finals.length, 1);
  assert.equal(story.now.window.start, "2026-11-22T12:00:55.000Z");
});

Deno.test("currentSnapshot() is null before the first event", () => {
  assert.equal(currentSnapshot(initialFold(5_000)), null);
});

Deno.test("applyEvent() refuses any but the next position", () => {
  const fold = initialFold(5_000);
  const event = recorded(totals("0", "0"), 1, "2026-11-22T12:00:00.000Z");
  assert.throws(() => applyEvent(fold, event, 2), RangeError);
  assert.equal(applyEvent(fold, event, 1), null);
  assert.throws(() => applyEvent(fold, event, 1), RangeError);
});

Deno.test("initialFold() refuses a window that is none", () => {
  for (const length of [0, -1, 1.5, NaN, 86_400_001]) {
    assert.throws(() => initialFold(length), RangeError, String(length));
  }
});

Deno.test("the trend is measured against the final before, the daily one against yesterday's last", () => {
  const story = given(
    at("00.000", totals("0", "100")),
    at("05.000", totals("0", "110")),
    at("10.000", totals("0", "99")),
  );
  assert.equal(story.finals[0]?.metrics.trendPct, null);
  assert.equal(story.finals[1]?.metrics.trendPct, "10.00");
  assert.equal(story.now.metrics.trendPct, "-10.00");
  assert.equal(story.now.metrics.dailyTrendPct, null);
  story.when(dayStarted("2026-11-23"), totals("0", "198"));
  assert.equal(story.now.metrics.dailyTrendPct, "100.00");
  story.when({ ...totals("0", "297"), recorded: "2026-11-23T09:00:00.000Z" });
  assert.equal(story.now.metrics.trendPct, "50.00");
  assert.equal(story.now.metrics.dailyTrendPct, "200.00");
});

Deno.test("a final taken while something is pending or being backfilled is no base", () => {
  const story = given(
    at("00.000", bound("revenue")),
    at("05.000", bound("anthropic")),
    at("10.000", totals("0", "100")),
    at("15.000", backfilled("revenue")),
    at("20.000", cost("2026-11-22", "10")),
    at("25.000", backfilled("anthropic")),
    at("30.000", totals("0", "190")),
    at("35.000", totals("0", "280")),
  );
  assert.deepEqual(story.finals.map((final) => final.metrics.trendPct), [
    null,
    null,
    null,
    null,
    null,
    null,
    "100.00",
  ]);
  assert.equal(story.now.metrics.trendPct, "50.00");
});

Deno.test("margin and trends are null while a bound source's figure is pending", () => {
  const story = given(
    bound("anthropic"),
    cost("2026-11-22", "10"),
    backfilled("anthropic"),
    totals("0", "100"),
  );
  assert.equal(story.now.metrics.grossMarginPct, "90.00");
  assert.deepEqual(story.now.quality.pending, []);
  story.when(dayStarted("2026-11-23"));
  assert.deepEqual(story.now.quality.pending, ["anthropic"]);
  assert.equal(story.now.metrics.totalExpenses, "0.00");
  assert.deepEqual(
    [story.now.metrics.grossMarginPct, story.now.metrics.trendPct, story.now.metrics.dailyTrendPct],
    [null, null, null],
  );
  story.when(cost("2026-11-23", "0"));
  assert.deepEqual(story.now.quality.pending, []);
  assert.equal(story.now.metrics.grossMarginPct, "100.00");
  assert.equal(story.now.metrics.dailyTrendPct, "11.11");
});

Deno.test("pending names each bound source of which something needed is unknown, in order", () => {
  const story = given(bound("revenue"), bound("anthropic"), bound("kalshi"));
  assert.deepEqual(story.now.quality.pending, ["kalshi", "anthropic", "revenue"]);
  story.when(backfilled("kalshi"), cost("2026-11-22", "1"));
  assert.deepEqual(story.now.quality.pending, ["revenue"]);
  story.when(totals("0", "0"));
  assert.deepEqual(story.now.quality.pending, []);
});

Deno.test("a final taken while a day's first cost is awaited is no base, though all is backfilled", () => {
  const story = given(
    bound("anthropic"),
    backfilled("anthropic"),
    cost("2026-11-22", "10"),
    totals("0", "110"),
    dayStarted("2026-11-23"),
    { ...totals("0", "120"), recorded: "2026-11-23T00:00:05.000Z" },
    { ...cost("2026-11-23", "10"), recorded: "2026-11-23T00:00:10.000Z" },
  );
  assert.equal(story.finals[1]?.metrics.netPnl, "110.00", "without a cost");
  assert.equal(story.now.metrics.netPnl, "110.00");
  assert.equal(story.now.metrics.trendPct, "10.00", "against 100.00, before midnight");
});

Deno.test("the UTC day turns with the clock's events alone, and never back", () => {
  const story = given(cost("2026-11-22", "1"), cost("2026-11-23", "2"));
  story.when({ ...cost("2026-11-23", "2"), recorded: "2026-11-23T00:00:01.000Z" });
  assert.equal(story.now.components.anthropic.day, "2026-11-22");
  story.when(dayStarted("2026-11-23"));
  assert.equal(story.now.metrics.totalExpenses, "2.00");
  story.when(dayStarted("2026-11-21"));
  assert.equal(story.now.components.anthropic.day, "2026-11-23");
});

Deno.test("an event that cannot be folded changes nothing but the count", () => {
  const story = given(fill("yes", "10", "0.43"));
  const before = story.now;
  story.when(fill("yes", "0.001", "0.43"), fill("yes", "1", "1.43"));
  const { quality, position, ...rest } = story.now;
  const { quality: _quality, position: _position, ...unchanged } = before;
  assert.deepEqual(rest, unchanged);
  assert.equal(position, 3);
  assert.deepEqual([quality.complete, quality.incompleteSince, quality.quarantined], [false, 2, 2]);
  assert.deepEqual(story.fold.quarantine.map(({ position }) => position), [2, 3]);
  assert.match(story.fold.quarantine[0]?.reason ?? "", /count "0.001"/);
  story.when(fill("no", "10", "0.53"));
  assert.equal(story.now.components.kalshi.realizedPnl, "1.00");
});

Deno.test("all quarantined events are counted and the first are listed", () => {
  const story = given(...Array.from({ length: 150 }, () => fill("yes", "0.001", "0.43")));
  assert.equal(story.now.quality.quarantined, 150);
  assert.equal(story.fold.quarantine.length, QUARANTINE_LISTED);
});

Deno.test("quarantineEvent() takes the place of an event that cannot be read", () => {
  const fold = initialFold(5_000);
  assert.equal(quarantineEvent(fold, null, 1, new SyntaxError("not JSON")), null);
  assert.equal(currentSnapshot(fold), null);
  assert.equal(quarantineEvent(fold, "2026-11-22T12:00:00.000Z", 2, "unknown type"), null);
  assert.equal(quarantineEvent(fold, null, 3, "unknown type"), null);
  const closed = quarantineEvent(fold, "2026-11-22T12:00:05.000Z", 4, "unknown type");
  assert.deepEqual([closed?.position, closed?.quality.quarantined], [3, 3]);
  assert.equal(fold.quarantine[0]?.reason, "not JSON");
});

Deno.test("complete is false while a bound source is backfilled, since its binding", () => {
  const story = given(totals("0", "0"), bound("kalshi"), bound("revenue"));
  assert.deepEqual([story.now.quality.complete, story.now.quality.incompleteSince], [false, 2]);
  story.when(backfilled("kalshi"));
  assert.deepEqual([story.now.quality.complete, story.now.quality.incompleteSince], [false, 3]);
  story.when(bound("revenue"));
  assert.equal(story.now.quality.incompleteSince, 3, "the first binding is the one that counts");
  story.when(backfilled("revenue"));
  assert.deepEqual([story.now.quality.complete, story.now.quality.incompleteSince], [true, null]);
});

Deno.test("complete is false since the oldest rejected row that was not accepted", () => {
  const rejected = (identity: string): Spec => ({
    type: "pnl.source.rejected.v1",
    subject: "kalshi",
    data: { identity, path: "fills[0]", reason: "is malformed" },
  });
  const accepted = (identity: string): Spec => ({
    type: "pnl.source.accepted.v1",
    subject: "kalshi",
    data: { identity },
  });
  const story = given(totals("0", "0"), rejected("x"), rejected("a"), rejected("x"));
  const told = () => {
    const { complete, incompleteSince, rejected: count } = story.now.quality;
    return [complete, incompleteSince, count];
  };
  assert.deepEqual(told(), [false, 2, 2]);
  story.when(bound("kalshi"), backfilled("kalshi"));
  assert.deepEqual(told(), [false, 2, 2]);
  story.when(accepted("unknown"), accepted("x"));
  assert.deepEqual(told(), [false, 3, 1]);
  story.when(accepted("a"));
  assert.deepEqual(told(), [true, null, 0]);
  story.when(rejected("a"));
  assert.equal(story.now.quality.complete, false, "in conflict with what was accepted");
});

Deno.test("an adjustment is added to its component and goes through to the metrics", () => {
  const story = given(
    totals("0", "100"),
    cost("2026-11-22", "10"),
    adjustment("kalshi", "-5"),
    adjustment("revenue", "20"),
    adjustment("anthropic", "1.50"),
  );
  assert.deepEqual(
    [story.now.metrics.totalRevenue, story.now.metrics.totalExpenses, story.now.metrics.netPnl],
    ["115.00", "11.50", "103.50"],
  );
  story.when(adjustment("anthropic", "7", "2026-11-21T10:00:00.000Z"));
  assert.equal(story.now.metrics.totalExpenses, "11.50", "of another day");
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { inPeriod, type PeriodName } from "./day.ts";
import { type Money, money, plus, ZERO } from "./money.ts";
import { Tally } from "./tally.ts";

const PERIODS: readonly PeriodName[] = ["day", "month", "year", "all"];

interface Entry {
  readonly time: string;
  readonly amount: Money;
}

const entries = fc.array(
  fc.record({
    time: fc.date({
      min: new Date("2025-12-30T00:00:00Z"),
      max: new Date("2026-02-02T00:00:00Z"),
      noInvalidDate: true,
    }).map((date) => date.toISOString()),
    amount: fc.bigInt({ min: -1000n, max: 1000n }).map(money),
  }),
  { maxLength: 30 },
);
const instant = fc.constantFrom(
  "",
  "2025-12-31T00:00:00.000Z",
  "2026-01-01T00:00:00.000Z",
  "2026-01-15T10:30:00.000Z",
);

function naive(all: readonly Entry[], period: PeriodName, day: string, since: string): Money {
  return all.filter(({ time }) => time >= since && inPeriod(period, day, time))
    .reduce((sum, { amount }) => plus(sum, amount), ZERO);
}

Deno.test("Tally sums by calendar period and since an instant, as a scan over all amounts does", () => {
  fc.assert(fc.property(entries, instant, fc.nat(30), (all, since, started) => {
    let tally = new Tally();
    all.forEach(({ time, amount }, index) => {
      if (index === started) tally = restart(tally, all.slice(0, index), since);
      tally.add(time, amount, index >= started && time >= since);
    });
    if (started >= all.length) tally = restart(tally, all, since);
    for (const day of ["2025-12-31", "2026-01-15", "2026-02-01"]) {
      for (const period of PERIODS) {
        assert.equal(tally.sum(period, day), naive(all, period, day, ""), `${period} of ${day}`);
        assert.equal(
          tally.sumSince(period, day),
          naive(all, period, day, since),
          `${period} of ${day} since ${since}`,
        );
      }
    }
  }));
});

function restart(tally: Tally, before: readonly Entry[], since: string): Tally {
  const ofItsDay = before.filter(({ time }) =>
    time >= since && time.startsWith(since.slice(0, 10))
  );
  tally.startSpan(since, since === "" ? ZERO : naive(ofItsDay, "all", "", ""));
  return Tally.of(JSON.parse(JSON.stringify(tally.state())));
}

Deno.test("Tally.has() knows a day on which only zero was added", () => {
  const tally = new Tally();
  tally.add("2026-11-22", ZERO, true);
  assert.equal(tally.has("2026-11-22"), true);
  assert.equal(tally.has("2026-11-23"), false);
  assert.equal(tally.hasMonth("2026-11-30"), true);
  assert.equal(tally.hasMonth("2026-10-22"), false);
});

Deno.test("Tally.daysOfMonth() lists the month's days in order", () => {
  const tally = new Tally();
  for (const day of ["2026-11-22", "2026-10-31", "2026-11-03"]) tally.add(day, money(5n), true);
  assert.deepEqual(tally.daysOfMonth("2026-11-30"), [["2026-11-03", 5n], ["2026-11-22", 5n]]);
});

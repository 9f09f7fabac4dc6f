/** Random histories for the laws: every type of event, over two days, in the order a log would hold. */
import fc from "fast-check";
import {
  adjustment,
  backfilled,
  bound,
  cash,
  cost,
  dayStarted,
  fill,
  settlement,
  type Spec,
  totals,
  transfer,
} from "../src/pnl/testing.ts";

const cents = (max: number) => fc.nat(max).map((value) => (value / 100).toFixed(2));
const ticker = fc.constantFrom("ALPHA", "BETA", "#3");
const subaccount = fc.nat(1);
const day = fc.constantFrom("2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23");
const fact = fc.record({
  ticker,
  subaccount,
  fee: fc.integer({ min: -5, max: 9 }).map((value) => (value / 100).toFixed(2)),
  time: fc.nat(47).map((hour) => new Date(Date.UTC(2026, 10, 21, hour)).toISOString()),
});

/** A fill, of any market. */
export const anyFill: fc.Arbitrary<Spec> = fc.tuple(
  fc.constantFrom("yes" as const, "no" as const),
  fc.integer({ min: 1, max: 500 }).map((hundredths) => (hundredths / 100).toFixed(2)),
  fc.integer({ min: 1, max: 999_999 }).map((micros) => (micros / 1_000_000).toFixed(6)),
  fact,
).map(([side, count, price, about]) => fill(side, count, price, about));

const anySettlement: fc.Arbitrary<Spec> = fc.tuple(
  cents(500),
  fc.constantFrom("yes", "no", "scalar", "void"),
  fact,
).map(([revenue, result, about]) => {
  const { subaccount, fee } = about;
  return settlement(revenue, { result, subaccount, fee }, about);
});

const anyTransfer: fc.Arbitrary<Spec> = fc.tuple(
  fc.constantFrom("deposit" as const, "withdrawal" as const),
  fc.constantFrom("t1", "t2", "t3"),
  fc.constantFrom("pending", "applied", "returned", "failed"),
).map(([kind, id, status]) => transfer(kind, id, status, `${id.slice(1)}00.00`, "0.50"));

const anyObservation: fc.Arbitrary<Spec> = fc.oneof(
  fc.tuple(cents(100_000), fc.boolean(), subaccount).map((args) => cash(...args)),
  fc.tuple(day, cents(5_000)).map((args) => cost(...args)),
  fc.tuple(cents(90_000), cents(90_000)).map((args) => totals(...args)),
  fc.tuple(subaccount, cents(9_000)).map(([number, value]): Spec => ({
    type: "pnl.kalshi.portfolio.valued.v1",
    subject: String(number),
    data: { subaccount: number, value, bracketed: true },
  })),
  fc.tuple(subaccount, ticker, cents(900)).map(([number, of, realizedPnl]): Spec => ({
    type: "pnl.kalshi.positions.observed.v1",
    subject: String(number),
    data: {
      subaccount: number,
      bracketed: true,
      positions: [{ ticker: of, count: "0", exposure: "0", realizedPnl, fees: "0" }],
    },
  })),
);

const anyOperation: fc.Arbitrary<Spec> = fc.oneof(
  fc.constantFrom("kalshi", "anthropic", "revenue").map((name) => bound(name, "2026-11-21")),
  fc.constantFrom("kalshi", "anthropic", "revenue").map(backfilled),
  fc.tuple(fc.constantFrom("kalshi", "anthropic", "revenue"), cents(900)).map((args) =>
    adjustment(...args)
  ),
  fc.constant<Spec>({
    type: "pnl.source.rejected.v1",
    subject: "kalshi",
    data: { identity: "x", path: "fills[0]", reason: "is malformed" },
  }),
  fc.constant(fill("yes", "0.001", "0.5")),
);

const anySpec = fc.oneof(
  { weight: 6, arbitrary: anyFill },
  { weight: 1, arbitrary: anySettlement },
  { weight: 1, arbitrary: anyTransfer },
  { weight: 4, arbitrary: anyObservation },
  { weight: 1, arbitrary: anyOperation },
);

/** Histories of up to 60 events over many windows, through a UTC midnight. */
export const anyHistory: fc.Arbitrary<readonly Spec[]> = fc.tuple(
  fc.array(fc.tuple(anySpec, fc.nat(4_000)), { maxLength: 30 }),
  fc.array(fc.tuple(anySpec, fc.nat(4_000)), { maxLength: 30 }),
).map(([evening, morning]) => [
  ...recordedFrom(Date.UTC(2026, 10, 22, 23, 55), evening),
  dayStarted("2026-11-23"),
  ...recordedFrom(Date.UTC(2026, 10, 23), morning),
]);

function recordedFrom(start: number, steps: readonly (readonly [Spec, number])[]): Spec[] {
  let now = start;
  return steps.map(([spec, step]) => {
    now += step;
    return { ...spec, recorded: new Date(now).toISOString() };
  });
}

/** What the benchmarks feed: a seeded stream of fills, and a clock that they step. */
import type { Clock } from "../src/pnl/clock.ts";
import type { FactCandidate } from "../src/pnl/event.ts";

/** A clock that stands still until it is stepped. */
export class SteppedClock implements Clock {
  #now: number;
  constructor(start = Date.UTC(2026, 0, 1, 12)) {
    this.#now = start;
  }
  now(): number {
    return this.#now;
  }
  monotonic(): number {
    return this.#now;
  }
  step(ms: number): void {
    this.#now += ms;
  }
}

/** A small seeded generator (mulberry32), so that each run feeds the same events. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Makes fills over `markets` tickers with random ids, as the venue sends them (ids do not sort). */
export function fillMaker(seed: number, markets = 200): (timeMs: number) => FactCandidate {
  const next = random(seed);
  const hex = (digits: number) =>
    Math.floor(next() * 16 ** digits).toString(16).padStart(digits, "0");
  return (timeMs) => {
    const ticker = `KXBENCH-26-T${Math.floor(next() * markets)}`;
    const id = `${hex(8)}-${hex(4)}-5${hex(3)}-a${hex(3)}-${hex(12)}`;
    const cents = 1 + Math.floor(next() * 98);
    return {
      kind: "fact",
      source: "/kalshi",
      id,
      type: "pnl.kalshi.fill.recorded.v1",
      subject: ticker,
      time: new Date(timeMs).toISOString(),
      data: {
        fillId: id,
        subaccount: 0,
        exchangeIndex: 0,
        outcomeSide: next() < 0.5 ? "yes" : "no",
        count: `${1 + Math.floor(next() * 20)}.${hex(1) > "7" ? "50" : "00"}`,
        yesPrice: `0.${cents.toString().padStart(2, "0")}00`,
        fee: "0.017500",
        taker: true,
        upstreamTime: new Date(timeMs).toISOString().replace("Z", "123Z"),
      },
    };
  };
}

/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import type { DeliveredSnapshot } from "../client/delivered.ts";
import { notesOn, worthOf } from "./worth.ts";

const SERVED: DeliveredSnapshot["served"] = {
  from: "memory",
  at: "2026-11-22T10:00:03.000Z",
  pos: "9f2c51d07aa3e864:2468",
  confirmedAgeMs: 12,
  confirmed: true,
  stale: [],
  notConfigured: [],
  sources: {},
};

const PERIOD = {
  start: null,
  since: null,
  revenue: null,
  expenses: null,
  netPnl: null,
  grossMarginPct: null,
};

const KALSHI: DeliveredSnapshot["components"]["kalshi"] = {
  balance: null,
  portfolioValue: null,
  openPositions: 0,
  realizedPnl: "0.00",
  fees: "0.00",
  adjustments: "0.00",
  pnl: "0.00",
  unrealizedPnl: null,
  unreconciled: null,
  observedAt: null,
};

const COMPONENTS: DeliveredSnapshot["components"] = {
  kalshi: KALSHI,
  anthropic: {
    day: null,
    dailySpend: null,
    monthToDate: null,
    adjustments: "0.00",
    observedAt: null,
  },
  revenue: {
    invoiced: null,
    collected: null,
    outstanding: null,
    adjustments: "0.00",
    observedAt: null,
  },
};

const SNAPSHOT: DeliveredSnapshot = {
  schema: "pnl.snapshot.v1",
  version: 1,
  position: 77,
  window: { start: "2026-11-22T10:00:00.000Z", end: "2026-11-22T10:00:05.000Z", final: false },
  currency: "USD",
  metrics: {
    totalRevenue: "1.00",
    totalExpenses: "0.00",
    netPnl: "1.00",
    grossMarginPct: null,
    trendPct: null,
    dailyTrendPct: null,
  },
  periods: { day: PERIOD, month: PERIOD, year: PERIOD, all: PERIOD },
  components: COMPONENTS,
  quality: {
    complete: true,
    incompleteSince: null,
    pending: [],
    late: 0,
    rejected: 0,
    quarantined: 0,
  },
  served: SERVED,
};

function snapshot(change: {
  readonly quality?: Partial<DeliveredSnapshot["quality"]>;
  readonly served?: Partial<DeliveredSnapshot["served"]>;
  readonly unreconciled?: DeliveredSnapshot["components"]["kalshi"]["unreconciled"];
}): DeliveredSnapshot {
  const { unreconciled = null } = change;
  return {
    ...SNAPSHOT,
    components: { ...COMPONENTS, kalshi: { ...KALSHI, unreconciled } },
    quality: { ...SNAPSHOT.quality, ...change.quality },
    served: { ...SERVED, ...change.served },
  };
}

Deno.test("worthOf() is stale where the line is cut or a source of the figure is stale", () => {
  assert.equal(worthOf("live", SERVED, ["kalshi"]), "live");
  assert.equal(worthOf("reconnecting", SERVED, ["kalshi"]), "stale");
  assert.equal(worthOf("stored", SERVED, ["kalshi"]), "stale");
  assert.equal(worthOf("live", { ...SERVED, stale: ["kalshi"] }, ["kalshi"]), "stale");
  assert.equal(worthOf("live", { ...SERVED, stale: ["kalshi"] }, ["anthropic"]), "live");
});

Deno.test("worthOf() is delayed where newer figures may be known, and default before all else", () => {
  assert.equal(worthOf("polling", SERVED, []), "delayed");
  assert.equal(worthOf("paused", SERVED, []), "delayed");
  assert.equal(worthOf("live", { ...SERVED, confirmed: false }, []), "delayed");
  assert.equal(worthOf("offline", { ...SERVED, from: "default" }, []), "default");
});

Deno.test("notesOn() says what is missing of the figures that it concerns", () => {
  const texts = (of: Parameters<typeof notesOn>[0], change: Parameters<typeof snapshot>[0]) =>
    notesOn(of, snapshot(change)).map(({ text }) => text);
  assert.deepEqual(texts("netPnl", {}), []);
  const pending = { quality: { pending: ["anthropic"] } };
  assert.match(texts("totalExpenses", pending).join(), /Anthropic's cost/);
  assert.deepEqual(texts("totalRevenue", pending), []);
  assert.deepEqual(texts("totalRevenue", { served: { notConfigured: ["kalshi"] } }), [
    "Without Kalshi: not configured",
  ]);
  assert.deepEqual(texts("totalExpenses", { quality: { incompleteSince: 12 } }), [
    "Incomplete since event 12",
  ]);
});

Deno.test("notesOn() says how old a silent source is by itself, as time goes by", () => {
  const sources = { kalshi: { checkedAt: "2026-11-22T09:58:00.000Z", dataAgeMs: 59_000 } };
  const textAfter = (ms: number, of: typeof sources | Record<string, never>) => {
    const served = { stale: ["kalshi"], sources: of };
    return notesOn("totalRevenue", snapshot({ served }), ms).map(({ text }) => text).join();
  };
  assert.equal(textAfter(0, sources), "Kalshi does not answer: read 59 s ago");
  assert.equal(textAfter(2_000, sources), "Kalshi does not answer: read 1 min ago");
  assert.equal(textAfter(0, {}), "Kalshi does not answer: never read");
});

Deno.test("notesOn() says that Kalshi is not reconciled, where an amount is left", () => {
  const unreconciled = { cash: "0.00", realizedPnl: "-0.02", at: "2026-11-22T10:00:00.000Z" };
  const notes = notesOn("netPnl", snapshot({ unreconciled }));
  assert.deepEqual(notes, [{
    text: "Kalshi's P&L is not reconciled",
    href: "#/explain/kalshi.unreconciled.realizedPnl?at=77",
  }]);
  assert.deepEqual(notesOn("totalExpenses", snapshot({ unreconciled })), []);
});

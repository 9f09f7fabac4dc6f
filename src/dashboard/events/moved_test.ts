/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import type { RecordedEvent } from "../../pnl/event.ts";
import { applyEvent, currentSnapshot, initialFold } from "../../pnl/fold.ts";
import { movedBy, movedLabel } from "./moved.ts";

const GOLDEN = new URL("../../pnl/golden_events.ndjson", import.meta.url);

const EVENTS: readonly RecordedEvent[] = Deno.readTextFileSync(GOLDEN).trim().split("\n")
  .map((line) => JSON.parse(line));

/** The figures that the page tells of an event, as a snapshot has them. */
const PATHS = {
  netPnl: "metrics.netPnl",
  totalRevenue: "metrics.totalRevenue",
  totalExpenses: "metrics.totalExpenses",
  "kalshi.pnl": "components.kalshi.pnl",
  "kalshi.realizedPnl": "components.kalshi.realizedPnl",
  "kalshi.fees": "components.kalshi.fees",
  "kalshi.adjustments": "components.kalshi.adjustments",
  "kalshi.balance": "components.kalshi.balance",
  "kalshi.portfolioValue": "components.kalshi.portfolioValue",
  "kalshi.unrealizedPnl": "components.kalshi.unrealizedPnl",
  "anthropic.dailySpend": "components.anthropic.dailySpend",
  "anthropic.monthToDate": "components.anthropic.monthToDate",
  "revenue.collected": "components.revenue.collected",
  "revenue.invoiced": "components.revenue.invoiced",
  "revenue.outstanding": "components.revenue.outstanding",
} as const;

function figures(snapshot: unknown): Map<string, unknown> {
  const at = (path: string) =>
    path.split(".").reduce<unknown>((value, name) => Reflect.get(Object(value), name), snapshot);
  return new Map(Object.entries(PATHS).map(([metric, path]) => [metric, at(path)]));
}

Deno.test("movedBy() leaves out no figure that an event of any type moves", () => {
  const fold = initialFold(5_000);
  let before = figures(null);
  for (const [index, event] of EVENTS.entries()) {
    applyEvent(fold, event, index + 1);
    const after = figures(currentSnapshot(fold));
    const moved = [...after].filter(([name, value]) => index > 0 && before.get(name) !== value);
    const told = new Set<string>(movedBy(event));
    for (const [name] of moved) assert.ok(told.has(name), `${event.type} moves ${name}`);
    before = after;
  }
});

Deno.test("movedBy() knows no figure of a type that it does not know, and names those that it does", () => {
  const line = JSON.stringify(EVENTS[0]).replace("pnl.clock.day-started.v1", "pnl.later.v9");
  assert.deepEqual(movedBy(JSON.parse(line)), []);
  const labels = EVENTS.flatMap(movedBy).map(movedLabel);
  assert.ok(labels.length > 10 && labels.every((label) => label !== undefined));
});

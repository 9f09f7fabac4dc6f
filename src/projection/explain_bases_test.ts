import assert from "node:assert/strict";
import fc from "fast-check";
import type { EventLog } from "../log/event_log.ts";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import type { Candidate } from "../pnl/event.ts";
import type { TrendBase } from "../pnl/explain.ts";
import { applyEvent, type Fold, initialFold } from "../pnl/fold.ts";
import { pendingSources } from "../pnl/metrics.ts";
import { backfillingSince, type SourceName } from "../pnl/sources.ts";
import { upcast } from "../pnl/upcast.ts";
import { findBases } from "./explain_bases.ts";
import { finalFrame, finalOf } from "./final.ts";
import type { Frame } from "./frame.ts";
import { cost, SteppedClock, totals, WINDOW_MS } from "./testing.ts";

function ofSource(name: SourceName, what: "bound" | "backfilled", clock: SteppedClock): Candidate {
  const time = new Date(clock.now()).toISOString();
  const head = { kind: "fact", source: `/${name}`, id: what, subject: name, time } as const;
  return what === "bound"
    ? { ...head, type: "pnl.source.bound.v1", data: { origin: "x", account: "a", since: null } }
    : { ...head, type: "pnl.source.backfilled.v1", data: { facts: 1 } };
}

function rejected(clock: SteppedClock, n: number): Candidate {
  return {
    kind: "fact",
    source: "/kalshi",
    id: `rejected-${n}`,
    type: "pnl.source.rejected.v1",
    subject: "kalshi",
    time: new Date(clock.now()).toISOString(),
    data: { identity: `row-${n}`, path: "x", reason: "is malformed" },
  };
}

const source = fc.constantFrom<SourceName>("kalshi", "anthropic", "revenue");

/** A step of a random history. */
interface Step {
  readonly ms: number;
  readonly what: readonly ["bound" | "backfilled" | "cost" | "totals" | "rejected", SourceName];
}

const step: fc.Arbitrary<Step> = fc.record({
  ms: fc.integer({ min: 0, max: 9_000 }),
  what: fc.oneof(
    { weight: 2, arbitrary: fc.tuple(fc.constant("bound" as const), source) },
    { weight: 3, arbitrary: fc.tuple(fc.constant("backfilled" as const), source) },
    {
      weight: 4,
      arbitrary: fc.tuple(
        fc.constantFrom("cost" as const, "totals" as const, "rejected" as const),
        source,
      ),
    },
  ),
});

function append(log: EventLog, clock: SteppedClock, steps: readonly Step[]) {
  steps.forEach(({ ms, what: [kind, name] }, n) => {
    clock.step(ms);
    if (kind === "bound" || kind === "backfilled") log.append([ofSource(name, kind, clock)]);
    else if (kind === "cost") log.append([cost(n, clock)]);
    else if (kind === "totals") log.append([totals(n, clock)]);
    else log.append([rejected(clock, n)]);
  });
}

/** Folds a log and notes, by the rule itself, which final is the base of each trend. */
function follow(log: EventLog) {
  const fold: Fold = initialFold(WINDOW_MS);
  const finals: Frame[] = [];
  let [prior, day]: (TrendBase | null)[] = [null, null];
  for (const { position, line } of log.read({ limit: 10_000 })) {
    const event = upcast(JSON.parse(line));
    const isBase = pendingSources(fold.ledger).length === 0 &&
      backfillingSince(fold.ledger.sources) === null;
    const before = fold.ledger.day;
    const closed = applyEvent(fold, event, position);
    if (closed !== null) {
      const { start, end } = closed.window;
      finals.unshift(finalFrame("e", closed.position, finalOf(closed).json));
      if (isBase) prior = { position: closed.position, start, end };
    }
    if (event.type === "pnl.clock.day-started.v1" && event.data.day > before) day = prior ?? null;
  }
  return { fold, finals, bases: { prior: prior ?? null, day: day ?? null } };
}

Deno.test("findBases() finds the very finals that the fold measures its trends against", () => {
  let found = 0;
  let daily = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      const clock = new SteppedClock();
      const log = new MemoryEventLog({ clock });
      append(log, clock, steps);
      const { fold, finals, bases } = follow(log);
      const store = {
        finalsBefore: (position: number, limit: number) =>
          finals.filter((frame) => frame.position < position).slice(0, limit),
      };
      assert.deepEqual(findBases(store, log, fold), bases);
      if (bases.prior !== null) found += 1;
      if (bases.day !== null) daily += 1;
    }),
    { numRuns: 200 },
  );
  assert.ok(found > 20 && daily > 5, `${found} found, ${daily} of the day before`);
});

Deno.test("findBases() gives none where the finals do not hold it", () => {
  const clock = new SteppedClock();
  const log = new MemoryEventLog({ clock });
  for (let n = 1; n <= 4; n++) {
    log.append([totals(n, clock)]);
    clock.step(WINDOW_MS);
  }
  const { fold } = follow(log);
  assert.deepEqual(findBases({ finalsBefore: () => [] }, log, fold), { prior: null, day: null });
});

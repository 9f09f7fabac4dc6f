import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import type { Candidate } from "../pnl/event.ts";
import { ConflictError, type EventLog } from "./event_log.ts";
import { MemoryEventLog } from "./memory_event_log.ts";
import { leafHash, merkleRoot } from "./merkle.ts";
import { openSqliteEventLog } from "./sqlite_event_log.ts";
import { allLines, fill, inTempDir, ManualClock, parsed, totals } from "./testing.ts";
import { verifyLog } from "./verify.ts";

const DAY_MS = 86_400_000;

type Offer =
  | { readonly kind: "fact"; readonly id: string; readonly count: number }
  | { readonly kind: "observation"; readonly value: number; readonly every: number };
type Step = {
  readonly clockMs: number;
  readonly reopen: boolean;
  readonly batch: readonly Offer[];
};

interface Entry {
  readonly name: string;
  readonly content: number;
  readonly recorded: number;
}

/** What the log should hold, as plainly as it can be said. */
class Model {
  entries: Entry[] = [];

  /** The positions a batch should be answered, or null for a conflict. */
  append(batch: readonly Offer[], now: number): number[] | null {
    const entries = [...this.entries];
    const recorded = Math.max(now, entries.at(-1)?.recorded ?? 0);
    const push = (name: string, content: number): number => {
      const isNewDay = Math.floor((entries.at(-1)?.recorded ?? 0) / DAY_MS) <
        Math.floor(recorded / DAY_MS);
      if (isNewDay) entries.push({ name: "day", content: 0, recorded });
      return entries.push({ name, content, recorded });
    };
    const answers: number[] = [];
    for (const offer of batch) {
      if (offer.kind === "fact") {
        const at = entries.findIndex(({ name }) => name === offer.id);
        if (at >= 0 && entries[at]?.content !== offer.count) return null;
        answers.push(at >= 0 ? at + 1 : push(offer.id, offer.count));
      } else {
        const at = entries.findLastIndex(({ name }) => name === "totals");
        const last = entries[at];
        const isDue = last === undefined ||
          (recorded - last.recorded >= offer.every && last.content !== offer.value);
        answers.push(isDue ? push("totals", offer.value) : at + 1);
      }
    }
    this.entries = entries;
    return answers;
  }
}

function candidate(offer: Offer): Candidate {
  if (offer.kind === "fact") return fill(offer.id, { count: String(offer.count) });
  return totals(String(offer.value), { atMostEveryMs: offer.every });
}

/** What a log holds, in the model's words. */
function entriesOf(log: EventLog): Entry[] {
  return allLines(log).map((line) => {
    const { id, type, data, recordedtime } = parsed(line);
    const recorded = Date.parse(recordedtime);
    if (type === "pnl.clock.day-started.v1") return { name: "day", content: 0, recorded };
    if (type === "pnl.kalshi.fill.recorded.v1") {
      return { name: id, content: Number(data.count), recorded };
    }
    return { name: "totals", content: Number(data.collected), recorded };
  });
}

function applyStep(log: EventLog, step: Step, expected: number[] | null): void {
  const batch = step.batch.map(candidate);
  if (expected === null) assert.throws(() => log.append(batch), ConflictError);
  else assert.deepEqual(log.append(batch).map(({ position }) => position), expected);
}

const offer: fc.Arbitrary<Offer> = fc.oneof(
  fc.record({
    kind: fc.constant("fact" as const),
    id: fc.nat(40).map((id) => `f-${id}`),
    count: fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 1, 1, 2),
  }),
  fc.record({
    kind: fc.constant("observation" as const),
    value: fc.nat(2),
    every: fc.constantFrom(0, 0, 5_000),
  }),
);
const step: fc.Arbitrary<Step> = fc.record({
  clockMs: fc.constantFrom(0, 1, 1_000, 7_000, -10_000, 600_000, -600_000, DAY_MS / 3),
  reopen: fc.nat(7).map((one) => one === 0),
  batch: fc.array(offer, { maxLength: 8 }),
});

Deno.test("SqliteEventLog and MemoryEventLog are the model, whatever comes", () =>
  inTempDir(async (dir) => {
    let runs = 0;
    let conflicts = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const path = join(dir, `${runs++}.db`);
        const clock = new ManualClock();
        const model = new Model();
        using memory = new MemoryEventLog({ clock });
        let log = await openSqliteEventLog({ path, clock });
        try {
          for (const step of steps) {
            clock.step(step.clockMs);
            if (step.reopen) {
              log.close();
              log = await openSqliteEventLog({ path, clock });
            }
            const expected = model.append(step.batch, clock.now());
            conflicts += expected === null ? 1 : 0;
            applyStep(memory, step, expected);
            applyStep(log, step, expected);
          }
          assert.deepEqual(entriesOf(log), model.entries);
          assert.deepEqual(allLines(memory), allLines(log));
          const root = merkleRoot(allLines(log).map(({ line }) => leafHash(line)));
          assert.deepEqual([log.head().root, memory.head().root], [root, root]);
          assert.equal(verifyLog(log).fault, null);
        } finally {
          log.close();
        }
      }),
      { numRuns: 40 },
    );
    assert.ok(conflicts > 0);
  }));

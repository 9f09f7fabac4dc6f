import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import fc from "fast-check";
import { serializeFold } from "../pnl/fold.ts";
import { PastFolds, TooFarError } from "./explain_past.ts";
import { Explainer, ExplainerBusyError, NotFoldedError } from "./explainer.ts";
import { FoldRun } from "./fold_run.ts";
import { append, fill, histories, Live, SteppedClock, totals, WINDOW_MS } from "./testing.ts";

const NEVER = new AbortController().signal;

/** A clock that is later by a second at each look. */
class SlowClock extends SteppedClock {
  #looks = 0;
  override monotonic(): number {
    return this.#looks++ * 1_000;
  }
}

/** The fold of the first `to` events, from the beginning. */
function foldTo(log: MemoryEventLog, to: number): string {
  const run = FoldRun.from(WINDOW_MS);
  if (to > 0) run.apply(log.read({ to, limit: 10_000 }), []);
  return serializeFold(run.fold);
}

Deno.test("PastFolds gives the fold of the log's prefix, in whatever order it is asked for", async () => {
  await fc.assert(
    fc.asyncProperty(
      histories,
      fc.array(fc.nat(60), { minLength: 1, maxLength: 8 }),
      fc.nat(60),
      async (history, wanted, stored) => {
        const clock = new SteppedClock();
        const log = new MemoryEventLog({ clock });
        history.forEach((step, at) => append(log, clock, step, at * 10));
        const head = log.head().position;
        const at = Math.min(stored, head);
        const checkpoint = () => at === 0 ? null : { position: at, fold: foldTo(log, at) };
        const past = new PastFolds({ log, clock, windowMs: WINDOW_MS, checkpoint });
        for (const each of wanted) {
          const to = Math.max(1, Math.min(each, head));
          assert.equal(serializeFold(await past.at(to, NEVER)), foldTo(log, to));
        }
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("PastFolds gives up when its time is over, and the next question goes on from there", async () => {
  const clock = new SlowClock();
  const log = new MemoryEventLog({ clock });
  for (let at = 0; at < 6_000; at += 1_000) {
    log.append(Array.from({ length: 1_000 }, (_, index) => fill(at + index, clock)));
  }
  const options = { log, clock, windowMs: WINDOW_MS, checkpoint: () => null, budgetMs: 8_000 };
  const past = new PastFolds(options);
  const reached: number[] = [];
  for (let tries = 0; tries < 20; tries++) {
    try {
      assert.equal(serializeFold(await past.at(6_000, NEVER)), foldTo(log, 6_000));
      break;
    } catch (error) {
      assert.ok(error instanceof TooFarError);
      assert.equal(error.position, 6_000);
      reached.push(error.reached);
    }
  }
  assert.ok(reached.length > 1 && reached.length < 20, `${reached}`);
  assert.deepEqual(reached, [...new Set(reached)].sort((a, b) => a - b));
});

Deno.test("PastFolds ends when nobody waits any more", async () => {
  const clock = new SteppedClock();
  const log = new MemoryEventLog({ clock });
  log.append([fill(1, clock)]);
  const past = new PastFolds({ log, clock, windowMs: WINDOW_MS, checkpoint: () => null });
  await assert.rejects(past.at(1, AbortSignal.abort(new Error("gone"))), /gone/);
});

Deno.test("Explainer refuses more questions than may wait, and those beyond what is folded", async () => {
  const clock = new SteppedClock();
  const log = new MemoryEventLog({ clock });
  const dataDir = await Deno.makeTempDir({ prefix: "pnl-explain-" });
  try {
    log.append([totals(1, clock), fill(1, clock)]);
    const live = await Live.start(dataDir, log, clock);
    await live.reach(3);
    const explainer = new Explainer({ log, clock, projection: live.projector });
    const asked = Array.from(
      { length: 40 },
      (_, at) => explainer.explain("netPnl", 1 + at % 2, NEVER),
    );
    const settled = await Promise.allSettled(asked);
    const refused = settled.filter((each) => each.status === "rejected");
    assert.equal(refused.length, 24);
    for (const { reason } of refused) assert.ok(reason instanceof ExplainerBusyError);
    assert.ok((await explainer.explain("netPnl", 2, NEVER)).includes('"position":2'));
    await assert.rejects(explainer.explain("netPnl", 4, NEVER), NotFoldedError);
    await live.close();
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { rebuild } from "./rebuild.ts";
import {
  append,
  histories,
  inFolder,
  Live,
  type Step,
  SteppedClock,
  WINDOW_MS,
} from "./testing.ts";
import { verifyReplay } from "./verify_replay.ts";

/** The finals that one fold from the beginning makes, in a folder of its own. */
async function replayed(log: MemoryEventLog, windowMs = WINDOW_MS): Promise<string[]> {
  let finals: string[] = [];
  await inFolder(async (dir) => {
    await rebuild({ log, dataDir: dir, windowMs });
    const live = await Live.start(dir, log, new SteppedClock(), windowMs);
    finals = live.projector.finalsAfter(0, 1000).map((frame) => frame.json);
    await live.close();
  });
  return finals;
}

Deno.test("Projector live equals replay byte for byte, on random histories and restarts", async () => {
  let crossed = 0;
  const run = async (history: readonly Step[], cuts: readonly ("go" | "restart" | "kill")[]) => {
    const clock = new SteppedClock();
    const log = new MemoryEventLog({ clock });
    await inFolder(async (dir) => {
      let live = await Live.start(dir, log, clock);
      const killed: Live[] = [];
      const told: string[] = [];
      let made = 0;
      for (const [index, step] of history.entries()) {
        append(log, clock, step, made);
        made += step.kinds.length;
        const cut = cuts[index % cuts.length];
        if (cut === "go") await live.reach(log.head().position);
        if (cut === "restart") await live.close();
        if (cut === "kill") await live.kill();
        if (cut === "kill") killed.push(live);
        if (cut !== "go") {
          told.push(...live.finals.map((frame) => frame.json));
          live = await Live.start(dir, log, clock);
        }
      }
      await live.reach(log.head().position);
      const stored = live.projector.finalsAfter(0, 1000).map((frame) => frame.json);
      assert.deepEqual(stored, await replayed(log));
      assert.equal(told.every((json) => stored.includes(json)), true);
      assert.deepEqual(await verifyReplay({ log, dataDir: dir }), {
        ok: true,
        compared: stored.length,
        position: log.head().position,
      });
      if ((log.head().recordedTime ?? "") >= "2026-11-22") crossed++;
      for (const old of killed) await old.projector.close();
      await live.close();
    });
    log.close();
  };
  const cuts = fc.array(fc.constantFrom("go", "go", "restart", "kill"), {
    minLength: 1,
    maxLength: 9,
  });
  await fc.assert(fc.asyncProperty(histories, cuts, run), { numRuns: 40 });
  assert.ok(crossed > 0, "no history crossed midnight");
});

Deno.test("Projector gives the same finals wherever it is killed between append and fold", async () => {
  const steps: Step[] = Array.from({ length: 12 }, (_, n) => ({
    stepMs: n % 3 === 0 ? 7000 : 1000,
    kinds: n % 4 === 0 ? ["cost", "fill"] : ["fill", "totals"],
  }));
  for (let cut = 0; cut <= steps.length; cut++) {
    const clock = new SteppedClock();
    const log = new MemoryEventLog({ clock });
    await inFolder(async (dir) => {
      const before = await Live.start(dir, log, clock);
      steps.slice(0, cut).forEach((step, index) => append(log, clock, step, index * 2));
      await before.reach(log.head().position);
      await before.kill();
      steps.slice(cut).forEach((step, index) => append(log, clock, step, (cut + index) * 2));
      const after = await Live.start(dir, log, clock);
      assert.equal(after.projector.position, log.head().position);
      assert.deepEqual(
        after.projector.finalsAfter(0, 1000).map((frame) => frame.json),
        await replayed(log),
      );
      await before.projector.close();
      await after.close();
    });
    log.close();
  }
});

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { textOf, withLogs } from "../log/test_logs.ts";
import { LoopDelay } from "../metrics/loop_delay.ts";
import { append, currentPath, inFolder, Live, SteppedClock, until } from "./testing.ts";

/** Real appends to a projection whose file another process holds, until `isSeen`; then it goes on anew. */
async function whileHeld(dir: string, isSeen: (live: Live) => boolean): Promise<void> {
  const clock = new SteppedClock();
  using log = new MemoryEventLog({ clock });
  const live = await Live.start(dir, log, clock);
  append(log, clock, { stepMs: 6000, kinds: ["fill"] }, 0);
  await live.reach(log.head().position);
  const holder = new DatabaseSync(currentPath(dir));
  try {
    holder.exec("BEGIN IMMEDIATE");
    append(log, clock, { stepMs: 6000, kinds: ["fill"] }, 1);
    await until(() => isSeen(live), 15_000);
    holder.exec("ROLLBACK");
    await live.projector.close();
  } finally {
    holder.close();
  }
  const next = await Live.start(dir, log, clock);
  await next.reach(log.head().position);
  await next.close();
}

Deno.test("Projector whose file another process holds says so, keeps nobody waiting, and goes on", () =>
  inFolder(async (dir) => {
    const delay = new LoopDelay();
    const stop = delay.start();
    try {
      await whileHeld(dir, ({ projector }) => projector.state.status === "failed");
      assert.ok(delay.longest(60_000) < 2_500, `${delay.longest(60_000)} ms`);
    } finally {
      stop();
    }
  }));

Deno.test("Projector tells once of a failure that stays the same", () =>
  withLogs((records) =>
    inFolder(async (dir) => {
      const told = () =>
        records.map(textOf).filter((text) =>
          text.includes("The projection failed and will try again")
        );
      await whileHeld(dir, () => told().length >= 3);
      assert.deepEqual(told().map((text) => text.startsWith("error")), [
        true,
        ...told().slice(1).map(() => false),
      ]);
    })
  ));

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { LoopDelay } from "../metrics/loop_delay.ts";
import { append, currentPath, inFolder, Live, SteppedClock, until } from "./testing.ts";

Deno.test("Projector whose file another process holds says so, keeps nobody waiting, and goes on", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock);
    append(log, clock, { stepMs: 6000, kinds: ["fill"] }, 0);
    await live.reach(log.head().position);
    const holder = new DatabaseSync(currentPath(dir));
    const delay = new LoopDelay();
    const stop = delay.start();
    try {
      holder.exec("BEGIN IMMEDIATE");
      append(log, clock, { stepMs: 6000, kinds: ["fill"] }, 1);
      await until(() => live.projector.state.status === "failed", 15_000);
      assert.ok(delay.longest(60_000) < 2_500, `${delay.longest(60_000)} ms`);
      holder.exec("ROLLBACK");
      await live.projector.close();
    } finally {
      stop();
      holder.close();
    }
    const next = await Live.start(dir, log, clock);
    await next.reach(log.head().position);
    await next.close();
  }));

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { SseClient, until } from "../http/test_streams.ts";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { append, currentPath, inFolder, Live, SteppedClock } from "../projection/testing.ts";
import { ANYONE } from "./holder.ts";
import { Hub } from "./hub.ts";
import { openSse } from "./sse.ts";

Deno.test("Hub gives each final also where another process holds the projection's file for a while", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock);
    const { projector } = live;
    append(log, clock, { stepMs: 6_000, kinds: ["fill"] }, 0);
    await live.reach(log.head().position);
    const empty = () => assert.fail("There are snapshots");
    const hub = new Hub({ projection: projector, serve: () => "{}", empty, intervalMs: 50 });
    hub.start();
    const client = new SseClient(new Response(openSse(hub, { since: null, holder: ANYONE })));
    const shown: number[] = [];
    const reading = (async () => {
      for (let next = await client.next(); next !== null; next = await client.next()) {
        if (next.event === "snapshot") shown.push(Number(next.id?.split(":")[1]));
      }
    })();
    await until(() => shown.length > 0, "shown the first");
    const holder = new DatabaseSync(currentPath(dir));
    try {
      holder.exec("BEGIN IMMEDIATE");
      append(log, clock, { stepMs: 6_000, kinds: ["fill"] }, 1);
      await until(() => projector.state.status === "failed", "failed", 15_000);
      const told = shown.length;
      await until(() => shown.length > told + 2, "ticked");
      holder.exec("ROLLBACK");
    } finally {
      holder.close();
    }
    await live.reach(log.head().position);
    append(log, clock, { stepMs: 6_000, kinds: ["fill"] }, 2);
    await live.reach(log.head().position);
    await until(() => shown.at(-1) === projector.current()?.offset, "shown the last");
    await hub.drain(1_000);
    await reading;
    await live.close();
    assert.deepEqual(shown, [...shown].sort((a, b) => a - b));
    const first = shown[0]!;
    const finals = live.finals.map(({ offset }) => offset).filter((offset) => offset > first);
    assert.ok(finals.length >= 2);
    assert.deepEqual(shown.filter((offset) => offset % 2 === 1), finals);
  }));

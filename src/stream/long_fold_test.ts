import assert from "node:assert/strict";
import { soon, SseClient, until } from "../http/test_streams.ts";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { Projector } from "../projection/projector.ts";
import { append, inFolder, reached, SteppedClock, WINDOW_MS } from "../projection/testing.ts";
import { ANYONE } from "./holder.ts";
import { Hub } from "./hub.ts";
import { openSse } from "./sse.ts";

/** More than one page of the fold: streams tick between two of them. */
const WINDOWS = 9_000;

/** Follows until the stream ends, or until it is left. */
function follow(hub: Hub, since: string | null) {
  const client = new SseClient(new Response(openSse(hub, { since, holder: ANYONE })));
  const shown: string[] = [];
  const ended = (async () => {
    for (let next = await client.next(); next !== null; next = await client.next()) {
      if (next.event === "reset") shown.push(`reset ${JSON.parse(next.data ?? "").reason}`);
      if (next.event === "snapshot") shown.push(next.id ?? "");
    }
  })();
  return { shown, ended };
}

Deno.test("Hub sends those away who came while a long log was folded: they come back for the finals since", () =>
  inFolder(async (dataDir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    for (let n = 0; n < WINDOWS; n++) append(log, clock, { stepMs: WINDOW_MS, kinds: ["fill"] }, n);
    const projector = await Projector.open({
      log,
      dataDir,
      windowMs: WINDOW_MS,
      clock,
      openBudgetMs: 0,
    });
    const empty = () => assert.fail("There are snapshots");
    const hub = new Hub({ projection: projector, serve: () => "{}", empty, intervalMs: 1 });
    projector.onRestart(() => hub.sendAway());
    hub.start();
    const early = follow(hub, null);
    await until(() => early.shown.length > 0, "shown the first");
    const stopping = new AbortController();
    const run = projector.run(stopping.signal);
    await reached(projector, log.head().position, 60_000);
    await soon(early.ended, "end");
    assert.equal(new Set(early.shown).size, 1, "nothing newer while finals before it are not told");
    // More finals than are sent again lie between, which is said.
    const back = follow(hub, early.shown[0]!);
    const last = `${projector.epoch}:${projector.current()?.offset}`;
    await until(() => back.shown.at(-1) === last, "shown the last");
    assert.deepEqual(back.shown.slice(0, 2), ["reset gap", last]);
    await hub.drain(1_000);
    await back.ended;
    stopping.abort();
    await run;
    await projector.close();
  }));

import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import type { Frame } from "./frame.ts";
import { Projector } from "./projector.ts";
import { fill, inFolder, SteppedClock, WINDOW_MS } from "./testing.ts";

Deno.test("Projector tells each final once and the newest provisional, in order", () =>
  inFolder(async (dataDir) => {
    const clock = new SteppedClock();
    const log = new MemoryEventLog({ clock });
    const projector = await Projector.open({ log, dataDir, windowMs: WINDOW_MS, clock });
    const frames: Frame[] = [];
    projector.subscribe((frame) => frames.push(frame));
    const stop = new AbortController();
    const running = projector.run(stop.signal);
    for (let n = 0; n < 20; n++) {
      clock.step(1000);
      log.append([fill(n, clock)]);
    }
    const { position } = log.head();
    await projector.waitFor(position, AbortSignal.timeout(2000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const offsets = frames.map((frame) => frame.offset);
    assert.deepEqual(offsets, offsets.toSorted((a, b) => a - b));
    assert.equal(offsets.at(-1), 2 * position);
    assert.equal(
      frames.filter((frame) => frame.final).length,
      projector.finalsAfter(0, 100).length,
    );
    stop.abort();
    await running;
    await projector.close();
    log.close();
  }));

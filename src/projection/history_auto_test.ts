import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import type { HistoryPage } from "./projection.ts";
import { append, inFolder, Live, SteppedClock, WINDOW_MS } from "./testing.ts";

const iso = (ms: number) => new Date(ms).toISOString();
const HOUR_MS = 3_600_000;
const MORNING = Date.UTC(2026, 10, 20, 8);

type Ask = (limit: number, range?: { from?: string; to?: string }) => HistoryPage;

/** Forty hours, with 6 windows in each of 3 minutes of an hour. */
async function withHours(test: (ask: Ask, live: Live) => void): Promise<void> {
  await inFolder(async (dir) => {
    const clock = new SteppedClock(MORNING);
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock);
    for (let n = 0; n < 40 * 18; n++) {
      append(log, clock, { stepMs: n === 0 ? 0 : step(n), kinds: ["fill"] }, n);
    }
    await live.reach(log.head().position);
    const resolution = "auto" as const;
    test((limit, range) => live.projector.history({ resolution, limit, ...range }), live);
    await live.close();
  });
}

/** To the next window; after six of them to the next minute, after three of those to the next hour. */
function step(n: number): number {
  if (n % 18 === 0) return HOUR_MS - 2 * 60_000 - 5 * WINDOW_MS;
  return n % 6 === 0 ? 60_000 - 5 * WINDOW_MS : WINDOW_MS;
}

Deno.test("Projector.history() chooses the finest resolution that a range has few enough items of", () =>
  withHours((ask) => {
    const chosen = (limit: number, range = {}) => {
      const { resolution, items, nextCursor } = ask(limit, range);
      assert.ok(items.length <= limit);
      return [resolution, items.length, nextCursor === null];
    };
    const finals = 40 * 18 - 1;
    assert.deepEqual(chosen(finals), ["raw", finals, true]);
    assert.deepEqual(chosen(finals - 1), ["1m", 120, true]);
    assert.deepEqual(chosen(120), ["1m", 120, true]);
    assert.deepEqual(chosen(119), ["1h", 40, true]);
    assert.deepEqual(chosen(40), ["1h", 40, true]);
    assert.deepEqual(chosen(39), ["1d", 2, true]);
    assert.deepEqual(chosen(1), ["1d", 1, false]);
    const from = iso(MORNING + 10 * HOUR_MS);
    const to = iso(MORNING + 11 * HOUR_MS);
    assert.equal(chosen(18, { from, to })[0], "raw");
    assert.equal(chosen(17, { from, to })[0], "1m");
  }));

Deno.test("Projector.history() says from when there is history at the resolution", () =>
  withHours((ask, live) => {
    assert.equal(ask(1_000).first, iso(MORNING));
    assert.equal(ask(200).first, iso(MORNING));
    assert.equal(ask(100).first, iso(MORNING));
    const before = { from: iso(0), to: iso(MORNING) };
    assert.deepEqual([ask(10, before).items.length, ask(10, before).first], [0, iso(MORNING)]);
    const days = live.projector.history({ resolution: "1d", limit: 1 });
    assert.deepEqual([days.resolution, days.first], [
      "1d",
      iso(MORNING - MORNING % (24 * HOUR_MS)),
    ]);
  }));

Deno.test("Projector.history() keeps an automatic page only where no resolution can change", () =>
  withHours((ask) => {
    const open = MORNING + 39 * HOUR_MS;
    assert.equal(ask(1_000, { to: iso(open) }).closed, false, "its day is open");
    const midnight = iso(open - open % (24 * HOUR_MS));
    assert.equal(ask(1_000, { to: midnight }).closed, true);
    assert.equal(ask(1).closed, false, "the resolution may change though the items cannot");
  }));

Deno.test("Projector.history() of an empty log is at the finest resolution, and never kept", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock(MORNING);
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock);
    const page = live.projector.history({ resolution: "auto", limit: 5, to: iso(MORNING) });
    assert.deepEqual(page, {
      resolution: "raw",
      first: null,
      items: [],
      nextCursor: null,
      closed: false,
    });
    append(log, clock, { stepMs: 0, kinds: ["fill"] }, 0);
    await live.reach(log.head().position);
    assert.equal(live.projector.history({ resolution: "1m", limit: 5, to: iso(0) }).closed, false);
    await live.close();
  }));

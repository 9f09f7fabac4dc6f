import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { appendDayStarted, dayOf, watchMidnight } from "./midnight.ts";

/** A clock that runs with the machine's from a time that can be set. */
function clockFrom(start: string) {
  let from = Date.parse(start) - performance.now();
  return {
    now: () => from + performance.now(),
    monotonic: () => performance.now(),
    set: (time: string) => (from = Date.parse(time) - performance.now()),
  };
}

/** A log whose last event was recorded at a time, and the clock that goes on from there. */
function recordedAt(time: string) {
  const clock = clockFrom(time);
  const log = new MemoryEventLog({ clock });
  log.append([{
    kind: "observation",
    source: "/revenue",
    type: "pnl.revenue.totals.observed.v1",
    subject: "totals",
    time,
    data: { invoiced: "1", collected: "1" },
  }]);
  return { clock, log };
}

/** The days that the log has begun. */
const days = (log: MemoryEventLog) =>
  log.read({ type: "pnl.clock.day-started.v1" }).map(({ line }) => JSON.parse(line).data.day);

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("dayOf() is the UTC day", () => {
  assert.equal(dayOf(Date.parse("2026-12-31T23:59:59.999Z")), "2026-12-31");
  assert.equal(dayOf(Date.parse("2027-01-01T00:00:00.000Z")), "2027-01-01");
});

Deno.test("watchMidnight() appends the start of the day as it begins, once", async () => {
  const { clock, log } = recordedAt("2026-11-22T23:59:59.900Z");
  const before = log.head().position;
  const stop = watchMidnight(log, clock);
  assert.equal(log.head().position, before);
  await sleep(300);
  stop();
  assert.deepEqual(days(log), ["2026-11-22", "2026-11-23"]);
  appendDayStarted(log, "2026-11-23");
  assert.equal(log.head().position, before + 1);
});

Deno.test("watchMidnight() turns the day of a server that starts after midnight, and leaves the same day be", () => {
  for (const now of ["2026-11-22T23:30:00.000Z", "2026-11-23T09:00:00.000Z"]) {
    const { clock, log } = recordedAt("2026-11-22T23:00:00.000Z");
    clock.set(now);
    watchMidnight(log, clock)();
    assert.equal(days(log).at(-1), now.slice(0, 10));
    assert.equal(days(log).length, now.startsWith("2026-11-22") ? 1 : 2);
  }
});

Deno.test("watchMidnight() appends nothing to an empty log", () => {
  const clock = clockFrom("2026-11-22T12:00:00.000Z");
  const log = new MemoryEventLog({ clock });
  watchMidnight(log, clock)();
  assert.equal(log.head().position, 0);
});

Deno.test("watchMidnight() waits for a wall clock that is trusted, and turns the day soon after", async () => {
  const { clock, log } = recordedAt("2026-11-22T23:00:00.000Z");
  clock.set("2026-11-23T09:00:00.000Z");
  let isTrusted = false;
  const stop = watchMidnight(log, clock, () => isTrusted);
  await sleep(1_200);
  assert.deepEqual(days(log), ["2026-11-22"]);
  isTrusted = true;
  await sleep(1_200);
  stop();
  assert.deepEqual(days(log), ["2026-11-22", "2026-11-23"]);
});

Deno.test("watchMidnight() ended before midnight appends nothing", async () => {
  const { clock, log } = recordedAt("2026-11-22T23:59:59.900Z");
  watchMidnight(log, clock)();
  await sleep(200);
  assert.deepEqual(days(log), ["2026-11-22"]);
});

import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { appendDayStarted, dayOf, watchMidnight } from "./midnight.ts";

/** A clock that begins at a time and runs with the machine's. */
function clockFrom(start: string) {
  const begin = performance.now();
  const offset = { ms: 0 };
  return {
    offset,
    now: () => Date.parse(start) + offset.ms + performance.now() - begin,
    monotonic: () => performance.now(),
  };
}

const lastDay = (log: MemoryEventLog) => {
  const line = log.read().at(-1)?.line;
  return line === undefined ? null : JSON.parse(line).data.day;
};

Deno.test("dayOf() is the UTC day", () => {
  assert.equal(dayOf(Date.parse("2026-12-31T23:59:59.999Z")), "2026-12-31");
  assert.equal(dayOf(Date.parse("2027-01-01T00:00:00.000Z")), "2027-01-01");
});

Deno.test("watchMidnight() appends the start of the day as it begins, once", async () => {
  const clock = clockFrom("2026-11-22T23:59:59.900Z");
  using log = new MemoryEventLog({ clock });
  const stop = watchMidnight(log, clock);
  try {
    assert.equal(log.head().position, 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(lastDay(log), "2026-11-23");
    assert.equal(log.head().position, 1);
    appendDayStarted(log, "2026-11-23");
    assert.equal(log.head().position, 1);
  } finally {
    stop();
  }
});

Deno.test("watchMidnight() appends no day that a wall clock which is not trusted tells", async () => {
  const clock = clockFrom("2026-11-22T23:59:59.900Z");
  using log = new MemoryEventLog({ clock });
  const stop = watchMidnight(log, clock, () => false);
  await new Promise((resolve) => setTimeout(resolve, 200));
  stop();
  assert.equal(log.head().position, 0);
});

Deno.test("watchMidnight() ended before midnight appends nothing", async () => {
  const clock = clockFrom("2026-11-22T23:59:59.900Z");
  using log = new MemoryEventLog({ clock });
  watchMidnight(log, clock)();
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(log.head().position, 0);
});

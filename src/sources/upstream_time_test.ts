import assert from "node:assert/strict";
import { readRfc3339, readUnixSeconds } from "./upstream_time.ts";

const NOW = Date.UTC(2026, 10, 22, 10);

Deno.test("readRfc3339() normalises zones and keeps what is finer than a millisecond", () => {
  assert.deepEqual(readRfc3339("2026-06-11T06:29:30.164956Z", NOW), {
    time: "2026-06-11T06:29:30.164Z",
    fine: "2026-06-11T06:29:30.164956000Z",
    seconds: 1781159370,
  });
  assert.equal(readRfc3339("2026-06-11T08:29:30+02:00", NOW).time, "2026-06-11T06:29:30.000Z");
  assert.equal(
    readRfc3339("2026-06-10T20:59:30.5-09:30", NOW).fine,
    "2026-06-11T06:29:30.500000000Z",
  );
  assert.equal(readRfc3339("2024-02-29T00:00:00z", NOW).time, "2024-02-29T00:00:00.000Z");
});

Deno.test("readRfc3339() refuses a time without a zone, or that does not exist", () => {
  const texts = [
    "2026-06-11T06:29:30",
    "2026-06-11 06:29:30Z",
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-06-31T00:00:00Z",
    "2026-06-11T24:00:00Z",
    "2026-06-11T06:60:00Z",
    "2026-06-11T06:29:61Z",
    "2026-06-11T06:29:30+25:00",
    "1781159370",
    "1969-12-31T23:59:59Z",
    "",
  ];
  for (const text of texts) assert.throws(() => readRfc3339(text, NOW), RangeError, text);
});

Deno.test("readRfc3339() refuses a time more than five minutes ahead, and no less", () => {
  assert.equal(readRfc3339("2026-11-22T10:05:00.000Z", NOW).time, "2026-11-22T10:05:00.000Z");
  assert.throws(() => readRfc3339("2026-11-22T10:05:00.001Z", NOW), /five minutes ahead/);
});

Deno.test("readUnixSeconds() reads seconds, not milliseconds and not fractions", () => {
  assert.equal(readUnixSeconds("1781159370", NOW).time, "2026-06-11T06:29:30.000Z");
  for (const text of ["1781159370164", "1781159370.5", "-1", "", "abc"]) {
    assert.throws(() => readUnixSeconds(text, NOW), RangeError, text);
  }
});

/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { gridFor } from "./grid.ts";
import { axisShift, axisZone, pointTimeText, tickText } from "./ticks.ts";
import { localInput, readInput } from "./time_input.ts";

const NOW = Date.parse("2026-11-22T10:05:07.000Z");
const HOURS = gridFor({ from: NOW - 3_600_000, to: NOW }, 5_000, null);
const DAYS = gridFor({ from: NOW - 365 * 86_400_000, to: NOW }, 5_000, null);

Deno.test("tickText() names what a mark is the beginning of", () => {
  const midnight = Date.parse("2026-11-22T00:00:00.000Z");
  const texts = [0, 1, 2].map((kind) => tickText(midnight, kind, "utc"));
  assert.deepEqual(texts, ["2026", "Nov 2026", "22 Nov"]);
  assert.equal(tickText(NOW, 3, "utc"), "10:05");
  assert.equal(tickText(NOW, 4, "utc"), "10:05:07");
  assert.equal(
    tickText(midnight - 3_600_000, 2, "utc"),
    "22 Nov",
    "an hour off after a change of clocks",
  );
});

Deno.test("axisShift() leaves UTC and the server's days where they are", () => {
  assert.equal(axisShift(HOURS, "utc", NOW), 0);
  assert.equal(axisShift(DAYS, "local", NOW), 0);
  assert.equal(axisShift(HOURS, "local", NOW), -new Date(NOW).getTimezoneOffset() * 60_000);
  assert.equal(axisZone(DAYS, "local"), "utc");
});

Deno.test("pointTimeText() gives a UTC day for days", () => {
  assert.equal(pointTimeText(NOW, DAYS, "local"), "2026-11-22 (UTC)");
  assert.equal(pointTimeText(NOW, HOURS, "utc"), "2026-11-22 10:05:07 UTC");
});

Deno.test("readInput() reads what localInput() writes, in either zone", () => {
  for (const zone of ["utc", "local"] as const) {
    assert.equal(readInput(localInput(NOW, zone), zone), NOW);
  }
  assert.equal(localInput(NOW, "utc"), "2026-11-22T10:05:07");
  assert.ok(Number.isNaN(readInput("", "utc")));
});

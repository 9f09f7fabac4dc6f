import assert from "node:assert/strict";
import fc from "fast-check";
import { MOST_WAIT_MS, waitAfter } from "./retry.ts";

/** All waits of a delivery that never succeeds, milliseconds. */
function waits(random: number): number[] {
  const all: number[] = [];
  for (let attempts = 1; attempts < 1_000; attempts++) {
    const wait = waitAfter(attempts, random);
    if (wait === null) return all;
    all.push(wait);
  }
  throw new Error("It never ends");
}

Deno.test("waitAfter() goes on for at least a day, each time later, and then ends", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (random) => {
    const all = waits(random);
    const hours = all.reduce((sum, wait) => sum + wait, 0) / 3_600_000;
    assert.ok(hours >= 24 && hours <= 36, String(hours));
    assert.deepEqual(all, all.toSorted((a, b) => a - b));
    assert.ok(all.every((wait) => wait <= MOST_WAIT_MS));
  }));
  assert.ok(waits(1)[0]! > waits(0)[0]!, "chance spreads them");
});

Deno.test("waitAfter() waits as long as the receiver asks, within its bound", () => {
  assert.equal(waitAfter(1, 0, 60_000), 60_000);
  assert.equal(waitAfter(1, 0, 1), 5_000);
  assert.equal(waitAfter(1, 0, 1e12), MOST_WAIT_MS);
  assert.equal(waitAfter(11, 0, 60_000), null);
});

import assert from "node:assert/strict";
import { Ticker } from "./ticker.ts";

const INTERVAL_MS = 100;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

Deno.test("Ticker ticks again and again, not while it is put off, and within an interval after that", async () => {
  const at: number[] = [];
  const ticker = new Ticker(INTERVAL_MS, () => at.push(performance.now()));
  ticker.start();
  let putOffAt = performance.now();
  for (let count = 0; count < 10; count++) {
    await pause(INTERVAL_MS / 4);
    // A machine that is busy may have let more than the interval pass.
    if (performance.now() - putOffAt > INTERVAL_MS) at.length = 0;
    assert.deepEqual(at, []);
    ticker.putOff();
    putOffAt = performance.now();
  }
  while (at.length < 3) await pause(10);
  ticker.stop();
  const [first, second, third] = at as [number, number, number];
  assert.ok(first - putOffAt >= INTERVAL_MS);
  assert.ok(second - first >= INTERVAL_MS - 1);
  assert.ok(third - second >= INTERVAL_MS - 1);
  await pause(2 * INTERVAL_MS);
  assert.equal(at.length, 3);
});

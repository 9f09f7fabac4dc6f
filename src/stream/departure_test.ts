import assert from "node:assert/strict";
import { retryMsOf, sendAway } from "./departure.ts";

Deno.test("retryMsOf() spreads few over 5 seconds, and many over as long as letting them in takes", () => {
  assert.deepEqual([0, 0.5, 0.999].map((random) => retryMsOf(1, random)), [1_000, 3_500, 5_995]);
  assert.equal(retryMsOf(10_000, 0.5), 11_000);
  assert.equal(retryMsOf(10_000, 0), 1_000);
});

Deno.test("sendAway() tells all, in batches, within the time, each at another time", async () => {
  const told: { at: number; retryMs: number }[] = [];
  const from = performance.now();
  const leavers = Array.from({ length: 3_500 }, () => ({
    drain: (retryMs: number) => void told.push({ at: performance.now() - from, retryMs }),
  }));
  const done = sendAway(leavers, Math.random, 1_000, () => assert.fail());
  assert.equal(told.length, 1_000);
  await done;
  assert.equal(told.length, 3_500);
  assert.ok(told.at(-1)!.at > 250, "all at once");
  assert.ok(new Set(told.map(({ retryMs }) => retryMs)).size > 1_000);
  told.length = 0;
  await sendAway(leavers, Math.random, 100, () => assert.fail());
  assert.equal(told.length, 3_500);
});

Deno.test("sendAway() tells the others where one cannot be told", async () => {
  const told: string[] = [];
  const leavers = ["a", "b", "c"].map((name) => ({
    drain() {
      if (name === "b") throw new Error("gone");
      told.push(name);
    },
    name,
  }));
  const failed: string[] = [];
  await sendAway(leavers, Math.random, 100, ({ name }, error) => {
    failed.push(`${name}: ${(error as Error).message}`);
  });
  assert.deepEqual([told, failed], [["a", "c"], ["b: gone"]]);
});

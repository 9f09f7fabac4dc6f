import assert from "node:assert/strict";
import { LoopDelay } from "./loop_delay.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

Deno.test("LoopDelay measures how long the loop was blocked, and forgets it after a time", async () => {
  const delay = new LoopDelay();
  const end = delay.start();
  try {
    await sleep(150);
    block(400);
    await sleep(20);
    assert.ok(delay.longest(5_000) >= 250, `${delay.longest(5_000)} ms`);
    const { buckets, count, sum } = delay.read();
    const upTo = buckets.find(({ bound }) => bound === 0.25)!.count;
    assert.ok(count > upTo, JSON.stringify(buckets));
    assert.ok(sum >= 0.25);
    await sleep(300);
    assert.ok(delay.longest(200) < 250, `${delay.longest(200)} ms`);
  } finally {
    end();
  }
});

Deno.test("LoopDelay tells of a delay while it lasts", async () => {
  const delay = new LoopDelay();
  const end = delay.start();
  await sleep(0);
  block(350);
  assert.ok(delay.longest(5_000) >= 200);
  end();
});

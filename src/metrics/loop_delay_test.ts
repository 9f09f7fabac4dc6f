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

Deno.test("LoopDelay.longest() knows a block that a longer one came before", async () => {
  const delay = new LoopDelay();
  const stop = delay.start();
  try {
    for (const ms of [900, 400]) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      for (const end = performance.now() + ms; performance.now() < end;);
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
    const [lately, all] = [delay.longest(350), delay.longest(60_000)];
    assert.ok(lately >= 250, `${lately} ms`);
    assert.ok(all >= 750 && all > lately, `${all} ms, ${lately} ms`);
  } finally {
    stop();
  }
});

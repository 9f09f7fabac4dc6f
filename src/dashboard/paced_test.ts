/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { createStore } from "zustand/vanilla";
import { paced } from "./paced.ts";

const SPACING_MS = 60;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("paced() takes the first change at once, the last of the others, and nothing twice", async () => {
  const source = createStore(() => ({ count: 0 }));
  const copy = paced(source, SPACING_MS);
  const seen: number[] = [];
  copy.subscribe(({ count }) => void seen.push(count));
  for (let count = 1; count <= 5; count++) source.setState({ count });
  assert.deepEqual(seen, [1]);
  await pause(3 * SPACING_MS);
  assert.deepEqual(seen, [1, 5]);
  source.setState({ count: 6 });
  assert.deepEqual(seen, [1, 5, 6], "after a quiet time at once again");
  await pause(3 * SPACING_MS);
  assert.deepEqual(seen, [1, 5, 6]);
});

Deno.test("paced() keeps to its pace however fast the source is", async () => {
  const source = createStore(() => ({ count: 0 }));
  const copy = paced(source, SPACING_MS);
  let changes = 0;
  copy.subscribe(() => void changes++);
  const from = performance.now();
  while (performance.now() - from < 5 * SPACING_MS) {
    source.setState(({ count }) => ({ count: count + 1 }));
    await pause(1);
  }
  await pause(2 * SPACING_MS);
  const most = Math.ceil((performance.now() - from) / SPACING_MS) + 1;
  assert.ok(changes >= 2 && changes <= most, `${changes} of at most ${most}`);
  assert.deepEqual(copy.getState(), source.getState());
});

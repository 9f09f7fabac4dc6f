import assert from "node:assert/strict";
import { Broadcast } from "./broadcast.ts";
import { Pending } from "./pending.ts";

const EPOCH = "0123456789abcdef";

function broadcast(offset: number): Broadcast {
  const final = offset % 2 === 1;
  const position = Math.floor(offset / 2);
  return new Broadcast({ epoch: EPOCH, offset, position, final, json: "{}" }, "{}");
}

function takeAll(pending: Pending): number[] {
  const offsets: number[] = [];
  for (let next = pending.take(); next !== undefined; next = pending.take()) {
    offsets.push(next.frame.offset);
  }
  return offsets;
}

Deno.test("Pending keeps each final once, and only the newest provisional", () => {
  const pending = new Pending(10);
  const conflated = [2, 4, 5, 6, 8, 9, 9, 10].map((offset) => pending.add(broadcast(offset)));
  assert.deepEqual(conflated, [0, 1, 1, 0, 1, 1, 1, 0]);
  assert.deepEqual(takeAll(pending), [5, 9, 10]);
});

Deno.test("Pending holds no more than its bound: the oldest finals go", () => {
  const pending = new Pending(2);
  let conflated = 0;
  for (let offset = 1; offset <= 21; offset += 2) conflated += pending.add(broadcast(offset));
  assert.equal(pending.size, 3);
  assert.equal(conflated, 8);
  assert.deepEqual(takeAll(pending), [17, 19, 21]);
});

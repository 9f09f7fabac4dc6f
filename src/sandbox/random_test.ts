import assert from "node:assert/strict";
import { Random, uuidOf } from "./random.ts";

Deno.test("Random gives the same numbers for the same seed, others for another", () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 20 }, () => random.uint32());
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});

Deno.test("Random.between() reaches both ends and nothing beyond, evenly", () => {
  const random = new Random(1);
  const counts = new Map<number, number>();
  for (let i = 0; i < 6_000; i += 1) {
    const value = random.between(3, 8);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), [3, 4, 5, 6, 7, 8]);
  for (const count of counts.values()) assert.ok(count > 850 && count < 1150, `${count} of 1,000`);
});

Deno.test("uuidOf() is a UUID, a function of its arguments, and no two are alike", () => {
  const seen = new Set<string>();
  for (let kind = 1; kind <= 2; kind += 1) {
    for (let index = 0; index < 50_000; index += 1) seen.add(uuidOf(42, kind, index));
  }
  for (let index = 0; index < 50_000; index += 1) seen.add(uuidOf(43, 1, index));
  assert.equal(seen.size, 150_000);
  assert.equal(uuidOf(42, 1, 5), uuidOf(42, 1, 5));
  assert.match(
    uuidOf(42, 1, 5),
    /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

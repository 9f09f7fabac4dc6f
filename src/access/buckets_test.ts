import assert from "node:assert/strict";
import fc from "fast-check";
import { Buckets } from "./buckets.ts";
import { perSecond, refillOf, remainingOf } from "./quota.ts";

/** Takes one where there is one. */
function takes(buckets: Buckets, name: string, now: number): boolean {
  if (buckets.waitMs(name, now) > 0) return false;
  buckets.spend(name, now);
  return true;
}

Deno.test("Buckets let through a burst at once, and then one as each comes back", () => {
  const buckets = new Buckets(perSecond(100), 10);
  const burst = Array.from({ length: 250 }, () => takes(buckets, "a", 5)).filter(Boolean);
  assert.equal(burst.length, 200);
  assert.equal(buckets.waitMs("a", 5), 10);
  assert.equal(takes(buckets, "a", 14.9), false);
  assert.equal(takes(buckets, "a", 15), true);
  assert.equal(takes(buckets, "a", 15), false);
  assert.equal(takes(buckets, "b", 15), true, "another has his own");
});

Deno.test("Buckets never let through more than a burst and what has come back, and nothing is lost by rounding", () => {
  const steps = fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 400 });
  fc.assert(fc.property(fc.integer({ min: 1, max: 100_000 }), steps, (rate, waits) => {
    const quota = perSecond(rate);
    const buckets = new Buckets(quota, 10);
    let [now, units] = [0, quota.burst * quota.perMs];
    for (const wait of waits) {
      now += wait;
      // The plain bucket, in whole units.
      units = Math.min(quota.burst * quota.perMs, units + wait * rate);
      const may = units >= quota.perMs;
      assert.equal(takes(buckets, "a", now), may);
      if (may) units -= quota.perMs;
      const spent = buckets.spent("a", now);
      assert.equal(spent, quota.burst * quota.perMs - units);
      assert.equal(remainingOf(quota, spent), Math.floor(units / quota.perMs));
      assert.equal(buckets.spent("a", now + refillOf(quota, spent)), 0);
    }
  }));
});

Deno.test("Buckets remember a bounded number; a flood of names gives nobody back what he has spent", () => {
  const buckets = new Buckets(perSecond(100), 1_000);
  for (let n = 0; n < 200; n++) buckets.spend("greedy", 0);
  for (let n = 0; n < 100_000; n++) buckets.spend(`name ${n}`, n / 1_000);
  assert.equal(buckets.size, 1_000);
  assert.equal(buckets.waitMs("greedy", 0), 10);
  assert.equal(buckets.waitMs("greedy", 100), 0, "10 of 200 came back meanwhile");
  assert.equal(buckets.spent("greedy", 100), 190_000);
});

Deno.test("Buckets forget first whom they have nothing to remember of", () => {
  const buckets = new Buckets(perSecond(100), 10);
  const busy = Array.from({ length: 9 }, (_, n) => `busy ${n}`);
  for (const name of busy) for (let n = 0; n < 200; n++) buckets.spend(name, 0);
  for (let n = 0; n < 100; n++) buckets.spend(`new ${n}`, n * 10);
  assert.equal(buckets.size, 10);
  assert.deepEqual([...new Set(busy.map((name) => buckets.spent(name, 1_000)))], [100_000]);
});

Deno.test("Buckets learn what others saw spent, up to two bursts, and never that less was", () => {
  const buckets = new Buckets(perSecond(100), 10);
  buckets.learn("a", 50_000, 0);
  assert.equal(buckets.spent("a", 0), 50_000);
  buckets.learn("a", 20_000, 0);
  assert.equal(buckets.spent("a", 0), 50_000);
  buckets.learn("a", 1e15, 0);
  assert.equal(buckets.waitMs("a", 0), 2_010);
  assert.equal(buckets.spent("a", 0), buckets.mostLearnt);
  buckets.spend("a", 0);
  assert.equal(buckets.waitMs("a", 0), 2_010, "one more gives nothing back");
});

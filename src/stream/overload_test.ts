import assert from "node:assert/strict";
import { Overload } from "./overload.ts";

/** A connection for which some bytes wait. */
class Peer {
  held = false;
  constructor(public bytes: number, readonly ageMs: number | null = null) {}
  measure() {
    return { bufferedBytes: this.bytes, ageMs: this.ageMs, late: this.ageMs !== null };
  }
  hold(held: boolean) {
    this.held = held;
  }
}

Deno.test("Overload.check() holds those for whom most waits, and lets them go when it is less", () => {
  const overload = new Overload<Peer>(100);
  const peers = [10, 60, 0, 40, 30].map((bytes) => new Peer(bytes));
  const held = () => peers.map((peer) => peer.held);
  overload.check(peers, 0);
  assert.deepEqual(held(), [false, true, false, false, false]);
  peers[3]!.bytes = 90;
  overload.check(peers, 0);
  assert.deepEqual(held(), [false, false, false, true, false]);
  peers[1]!.bytes = 95;
  overload.check(peers, 0);
  assert.deepEqual(held(), [false, true, false, true, false]);
  assert.equal(overload.load(peers, 0).held, 2);
  for (const peer of peers) peer.bytes = 20;
  overload.check(peers, 0);
  assert.deepEqual(held(), peers.map(() => false));
  assert.equal(overload.holds, 3);
});

Deno.test("Overload.load() says how old the numbers are that those have who acknowledge", () => {
  const overload = new Overload<Peer>(100);
  const ages = [null, 40, 10.4, null, 9_000, 30];
  const load = overload.load(ages.map((ageMs) => new Peer(5, ageMs)), 0);
  assert.deepEqual(load, {
    bufferedBytes: 30,
    held: 0,
    acknowledging: 4,
    late: 4,
    ageMs: { p50: 30, max: 9_000 },
  });
  assert.equal(overload.load([new Peer(1)], 0).ageMs, null);
});

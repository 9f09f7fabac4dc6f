import assert from "node:assert/strict";
import fc from "fast-check";
import {
  FlowControl,
  MAX_UNACKED_BYTES,
  PLAIN_BURST_BYTES,
  PLAIN_BYTES_PER_SECOND,
} from "./flow_control.ts";

const LATE_MS = 10_000;
const IDLE_MS = 30_000;
const MB = 1024 * 1024;

/** Steps of a peer: time passes, something is offered, something is acknowledged. */
const steps = fc.array(
  fc.record({
    passMs: fc.integer({ min: 0, max: 3_000 }),
    bytes: fc.integer({ min: 1, max: 20_000 }),
    /** Which of what was sent is acknowledged, counted from the newest; none where it is too old. */
    acks: fc.option(fc.integer({ min: 0, max: 40 }), { nil: null }),
  }),
  { maxLength: 200 },
);

Deno.test("FlowControl keeps a peer that never acknowledges below 1 MB in any 30 seconds", () => {
  fc.assert(fc.property(steps, (taken) => {
    const flow = new FlowControl(0, LATE_MS);
    const sent: { at: number; bytes: number }[] = [];
    let now = 0;
    for (const { passMs, bytes } of taken) {
      now += passMs;
      for (let n = 0; n < 30 && flow.waitMs(bytes, now) === 0; n++) {
        flow.sent("pnl", sent.length, bytes, now);
        sent.push({ at: now, bytes });
      }
      const recent = sent.filter(({ at }) => at > now - IDLE_MS);
      assert.ok(recent.reduce((sum, { bytes }) => sum + bytes, 0) <= MB);
      const waitMs = flow.waitMs(bytes, now);
      assert.ok(waitMs < 3_000);
      // Waiting as long as it says is enough, but for a rounding.
      now += waitMs + 1;
      assert.equal(flow.waitMs(bytes, now), 0);
    }
  }));
  assert.equal(PLAIN_BURST_BYTES + PLAIN_BYTES_PER_SECOND * IDLE_MS / 1000, MB);
});

Deno.test("FlowControl never has more than 64 KB under way to a peer that acknowledges, and never blocks for good", () => {
  fc.assert(fc.property(steps, (taken) => {
    const flow = new FlowControl(0, LATE_MS);
    flow.sent("pnl", 0, 1_000, 0);
    assert.equal(flow.acknowledge("pnl", 0, 10), "fresh");
    let under: number[] = [];
    let [now, offset] = [10, 0];
    for (const { passMs, bytes, acks } of taken) {
      now += passMs;
      for (let n = 0; n < 30 && flow.waitMs(bytes, now) === 0; n++) {
        flow.sent("pnl", ++offset, bytes, now);
        under.push(bytes);
      }
      const total = under.reduce((sum, each) => sum + each, 0);
      assert.equal(flow.unackedBytes, total);
      assert.ok(total <= MAX_UNACKED_BYTES || under.length === 1);
      if (acks === null || acks >= under.length) continue;
      assert.equal(flow.acknowledge("pnl", offset - acks, now), "fresh");
      under = acks === 0 ? [] : under.slice(-acks);
    }
    if (under.length > 0) flow.acknowledge("pnl", offset, now);
    assert.equal(flow.unackedBytes, 0);
    assert.equal(flow.waitMs(20_000, now), 0);
  }));
});

Deno.test("FlowControl opens the window while answers are quick, and closes it to one frame while they are slow", () => {
  const flow = new FlowControl(0, LATE_MS);
  let [now, offset] = [0, 0];
  const fill = () => {
    let count = 0;
    for (; flow.waitMs(2_000, now) === 0; count++) flow.sent("pnl", ++offset, 2_000, now);
    return count;
  };
  flow.sent("pnl", offset, 2_000, now);
  flow.acknowledge("pnl", offset, now += 50);
  assert.equal(fill(), 8);
  for (let round = 0; round < 5; round++) {
    flow.acknowledge("pnl", offset, now += 50);
    fill();
  }
  assert.equal(flow.unackedBytes, 64_000);
  const first = offset - 31;
  for (let n = 0; n < 32; n++) flow.acknowledge("pnl", first + n, now += 2_000);
  assert.equal(fill(), 1);
  assert.equal(flow.isSlow, true);
  for (let n = 0; n < 40; n++) {
    flow.acknowledge("pnl", offset, now += 50);
    fill();
  }
  assert.equal(flow.unackedBytes, 64_000);
  for (let n = 0; n < 40; n++) {
    flow.acknowledge("pnl", offset, now += 50);
    flow.sent("pnl", ++offset, 2_000, now);
  }
  assert.equal(fill(), 7, "a window that was not used has closed");
  assert.equal(flow.isSlow, false);
});

Deno.test("FlowControl tells an acknowledgement of what was never sent from a late one", () => {
  const flow = new FlowControl(0, LATE_MS);
  assert.equal(flow.acknowledge("pnl", 2, 0), "unknown");
  flow.sent("pnl", 2, 100, 0);
  flow.sent("events", 7, 100, 0);
  flow.sent("pnl", 5, 100, 0);
  for (const offset of [1, 4, 6]) assert.equal(flow.acknowledge("pnl", offset, 1), "unknown");
  assert.equal(flow.acknowledge("events", 2, 1), "unknown");
  assert.equal(flow.acknowledging, false);
  assert.equal(flow.acknowledge("pnl", 5, 1), "fresh");
  assert.equal(flow.unackedBytes, 0);
  for (const offset of [2, 5]) assert.equal(flow.acknowledge("pnl", offset, 1), "old");
  assert.equal(flow.acknowledge("events", 7, 1), "old");
  assert.equal(flow.acknowledge("pnl", 6, 1), "unknown");
});

Deno.test("FlowControl counts the age from when a position was first sent, and says who is late", () => {
  const flow = new FlowControl(0, LATE_MS);
  assert.equal(flow.ageMs(5), null);
  flow.sent("pnl", 2, 100, 1_000);
  flow.sent("pnl", 2, 100, 6_000);
  assert.equal(flow.acknowledge("pnl", 2, 6_050), "fresh");
  assert.equal(flow.unackedBytes, 0);
  assert.equal(flow.ageMs(7_000), 6_000);
  assert.equal(flow.dueMs(99_000), 0);
  flow.sent("pnl", 4, 100, 7_000);
  assert.equal(flow.awaits("pnl", 4), true);
  assert.equal(flow.awaits("pnl", 2), false);
  assert.deepEqual([flow.isLate(17_000), flow.waitMs(100, 17_000)], [false, 0]);
  assert.deepEqual([flow.isLate(17_001), flow.waitMs(100, 17_001)], [true, Infinity]);
  flow.acknowledge("pnl", 4, 20_000);
  assert.deepEqual([flow.isLate(20_000), flow.waitMs(100, 20_000)], [false, 0]);
  flow.sent("pnl", 6, 100, 21_000);
  flow.sent("pnl", 8, 100, 21_000);
  flow.acknowledge("pnl", 6, 24_000);
  assert.equal(flow.dueMs(25_000), 1_000, "since it said something last");
});

Deno.test("FlowControl holds a peer that has lapsed to the rate, what it left unacknowledged included", () => {
  const flow = new FlowControl(0, LATE_MS);
  flow.sent("pnl", 1, 100, 0);
  flow.acknowledge("pnl", 1, 10);
  flow.sent("pnl", 2, PLAIN_BURST_BYTES, 60_000);
  assert.equal(flow.waitMs(100, 100_000), Infinity);
  flow.lapse(100_000);
  assert.equal(flow.ageMs(100_000), null);
  assert.deepEqual([flow.isLate(200_000), flow.awaits("pnl", 2)], [false, false]);
  const waitMs = flow.waitMs(100, 100_000);
  assert.ok(waitMs > 0 && waitMs < 1_000, `${waitMs}`);
  assert.equal(flow.waitMs(100, 101_000), 0);
  assert.equal(flow.acknowledge("pnl", 2, 101_000), "fresh");
  assert.equal(flow.awaits("pnl", 2), false);
  assert.deepEqual([flow.unackedBytes, flow.ageMs(101_000)], [0, 41_000]);
});

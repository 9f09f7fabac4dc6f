import assert from "node:assert/strict";
import type { SourceStatus } from "../sources/status.ts";
import { buildServed, isConfirmed, isStale, spliceServed } from "./served.ts";
import { EVENING, SteppedClock } from "./testing.ts";

const status = (
  ageMs: number | null,
  more: Partial<SourceStatus> = {},
  state: SourceStatus["breaker"]["state"] = "CLOSED",
): SourceStatus => ({
  name: "kalshi",
  state: "ok",
  intervalMs: 5000,
  lastSuccessAt: ageMs === null ? null : new Date(EVENING - ageMs).toISOString(),
  nextPollAt: null,
  backfillRows: 0,
  breaker: { state, consecutiveFailures: 0, openedAt: null, nextAttemptAt: null, lastError: null },
  ...more,
});

Deno.test("isStale() allows three intervals, and one and 15 seconds", () => {
  assert.equal(isStale(status(20_000), EVENING), false);
  assert.equal(isStale(status(20_001), EVENING), true);
  assert.equal(isStale(status(180_000, { intervalMs: 60_000 }), EVENING), false);
  assert.equal(isStale(status(180_001, { intervalMs: 60_000 }), EVENING), true);
});

Deno.test("isStale() holds where the breaker is not closed or the source never answered", () => {
  assert.equal(isStale(status(0, {}, "OPEN"), EVENING), true);
  assert.equal(isStale(status(0, {}, "HALF_OPEN"), EVENING), true);
  assert.equal(isStale(status(null), EVENING), true);
});

Deno.test("buildServed() tells stale sources from those that are not configured", () => {
  const served = buildServed({
    from: "memory",
    epoch: "0123456789abcdef",
    offset: 2469,
    confirmedAgeMs: 12,
    intervalMs: 5000,
    clock: new SteppedClock(),
    statuses: [
      status(900),
      status(null, { name: "anthropic" }),
      status(null, { name: "revenue", state: "not_configured" }),
    ],
  });
  assert.deepEqual(served, {
    from: "memory",
    at: "2026-11-21T23:59:30.000Z",
    pos: "0123456789abcdef:2469",
    confirmedAgeMs: 12,
    confirmed: true,
    stale: ["anthropic"],
    notConfigured: ["revenue"],
    sources: {
      kalshi: { checkedAt: "2026-11-21T23:59:29.100Z", dataAgeMs: 900 },
      anthropic: { checkedAt: null, dataAgeMs: null },
    },
  });
  const json = '{"amount":"1.10","nested":{"a":[1,2]}}';
  assert.equal(
    spliceServed(json, served),
    `${json.slice(0, -1)},"served":${JSON.stringify(served)}}`,
  );
  assert.deepEqual(JSON.parse(spliceServed(json, served)), { ...JSON.parse(json), served });
});

Deno.test("buildServed() gives no negative age where the wall clock was stepped back", () => {
  const clock = new SteppedClock(EVENING - 10_000);
  const served = buildServed({
    from: "memory",
    epoch: "0123456789abcdef",
    offset: 0,
    confirmedAgeMs: null,
    intervalMs: 5000,
    clock,
    statuses: [status(0)],
  });
  assert.equal(served.sources["kalshi"]?.dataAgeMs, 0);
});

Deno.test("isConfirmed() allows two intervals, and never takes the unknown for known", () => {
  assert.equal(isConfirmed(0, 5000), true);
  assert.equal(isConfirmed(10_000, 5000), true);
  assert.equal(isConfirmed(10_001, 5000), false);
  assert.equal(isConfirmed(null, 5000), false);
});

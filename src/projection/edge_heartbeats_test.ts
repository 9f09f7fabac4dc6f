import assert from "node:assert/strict";
import type { Heartbeat } from "../redis/records.ts";
import { CLOSED_BREAKER, type SourceStatus } from "../sources/status.ts";
import { EdgeHeartbeats } from "./edge_heartbeats.ts";
import { buildServed } from "./served.ts";
import { EVENING, SteppedClock } from "./testing.ts";

const working: SourceStatus = {
  name: "kalshi",
  state: "ok",
  intervalMs: 5_000,
  lastSuccessAt: new Date(EVENING - 700).toISOString(),
  nextPollAt: null,
  backfillRows: 0,
  breaker: CLOSED_BREAKER,
};

const heartbeat = (offset: number, atMs = EVENING, more: Partial<Heartbeat> = {}): Heartbeat => ({
  at: new Date(atMs).toISOString(),
  branch: "a",
  epoch: "0123456789abcdef",
  offset,
  windowMs: 5_000,
  intervalMs: 5_000,
  mode: "live",
  version: "1.0.0",
  address: "http://127.0.0.1:3000",
  confirmedAgeMs: 3,
  sources: [working],
  ...more,
});

Deno.test("EdgeHeartbeats confirms with the writer's own age, the heartbeat's, and the time since", () => {
  const heartbeats = new EdgeHeartbeats();
  assert.equal(heartbeats.confirmedAgeMs(1_000), null);
  heartbeats.take({ heartbeat: heartbeat(8), ageMs: 40, heardAt: 1_000 }, 8, EVENING);
  assert.equal(heartbeats.confirmedAgeMs(1_000), 43);
  assert.equal(heartbeats.confirmedAgeMs(21_000), 20_043);
  heartbeats.begin();
  assert.equal(heartbeats.confirmedAgeMs(21_000), null);
});

Deno.test("EdgeHeartbeats confirms nothing by a heartbeat whose snapshot is not here", () => {
  const heartbeats = new EdgeHeartbeats();
  heartbeats.take({ heartbeat: heartbeat(8), ageMs: 0, heardAt: 0 }, 6, EVENING);
  assert.equal(heartbeats.confirmedAgeMs(0), null);
  heartbeats.take(
    { heartbeat: heartbeat(10, EVENING + 5_000), ageMs: 0, heardAt: 5_000 },
    6,
    EVENING,
  );
  heartbeats.reach(8);
  assert.equal(heartbeats.confirmedAgeMs(6_000), 6_003);
  heartbeats.reach(12);
  assert.equal(heartbeats.confirmedAgeMs(6_000), 1_003);
});

Deno.test("EdgeHeartbeats holds only the newest of those that wait", () => {
  const heartbeats = new EdgeHeartbeats();
  for (let n = 0; n < 100; n++) {
    const beat = heartbeat(10 + 2 * n, EVENING + n);
    heartbeats.take({ heartbeat: beat, ageMs: 0, heardAt: n }, 0, EVENING);
  }
  heartbeats.reach(10 + 2 * 91);
  assert.equal(heartbeats.confirmedAgeMs(100), null, "it was kept");
  heartbeats.reach(10 + 2 * 92);
  assert.equal(heartbeats.confirmedAgeMs(100), 3 + 8);
});

Deno.test("EdgeHeartbeats lets a heartbeat grow older where Redis's clock is put back", () => {
  const heartbeats = new EdgeHeartbeats();
  heartbeats.take({ heartbeat: heartbeat(8), ageMs: 100, heardAt: 0 }, 8, EVENING);
  heartbeats.take({ heartbeat: heartbeat(8), ageMs: 0, heardAt: 9_000 }, 8, EVENING);
  assert.equal(heartbeats.confirmedAgeMs(9_000), 9_003);
});

Deno.test("EdgeHeartbeats.statuses() go on ageing without the writer", () => {
  const clock = new SteppedClock();
  const heartbeats = new EdgeHeartbeats();
  heartbeats.take({ heartbeat: heartbeat(8), ageMs: 20, heardAt: 0 }, 8, EVENING + 20);
  const served = () =>
    buildServed({
      from: "memory",
      epoch: "0123456789abcdef",
      offset: 8,
      confirmedAgeMs: null,
      intervalMs: 5_000,
      statuses: heartbeats.statuses(),
      clock,
    });
  assert.deepEqual(served().sources["kalshi"], {
    checkedAt: working.lastSuccessAt,
    dataAgeMs: 700,
  });
  clock.step(60_000);
  assert.equal(served().sources["kalshi"]?.dataAgeMs, 60_700);
  assert.deepEqual(served().stale, ["kalshi"]);
});

Deno.test("EdgeHeartbeats.statuses() are by the edge's clock, whatever the writer's shows", () => {
  for (const skewMs of [3_600_000, -3_600_000]) {
    const clock = new SteppedClock(EVENING + skewMs);
    const heartbeats = new EdgeHeartbeats();
    heartbeats.take({ heartbeat: heartbeat(8), ageMs: 300, heardAt: 0 }, 8, clock.now() + 300);
    clock.step(300);
    const [status] = heartbeats.statuses();
    assert.equal(clock.now() - Date.parse(status?.lastSuccessAt ?? ""), 1_000);
  }
});

Deno.test("EdgeHeartbeats.statuses() leave out what is no status", () => {
  const heartbeats = new EdgeHeartbeats();
  const sources = [{ ...working, name: "stripe" }, working, null, { ...working, breaker: {} }];
  const beat = heartbeat(8, EVENING, { sources });
  heartbeats.take({ heartbeat: beat, ageMs: 0, heardAt: 0 }, 8, EVENING);
  assert.deepEqual(heartbeats.statuses(), [working]);
});

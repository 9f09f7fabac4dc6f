import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { withLogs } from "../log/test_logs.ts";
import { ClockJumpError, ClockUnconfirmedError } from "./clock_watch.ts";
import { RecordingGate } from "./recording_gate.ts";
import { eventsOf, fakeSource, OffsetClock, poll, totals } from "./testing.ts";

const { signal } = new AbortController();

/** A gate before a log, and an upstream that agrees with the wall clock when it is said. */
function gated() {
  const clock = new OffsetClock();
  const log = new MemoryEventLog({ clock });
  const upstream = { agrees: false };
  let since = "2026-01-01";
  const asked = { bindings: 0 };
  const source = fakeSource(() => Promise.resolve(poll()), {
    dateAgreedAt: () => upstream.agrees ? clock.monotonic() : null,
    binding: () => {
      asked.bindings++;
      return Promise.resolve({ origin: "https://a.test", account: "default", since });
    },
  });
  return {
    clock,
    log,
    source,
    upstream,
    asked,
    gate: new RecordingGate({ sources: [source], log, clock }),
    moveSince: (to: string) => (since = to),
  };
}

Deno.test("RecordingGate.check() lets nothing through, and binds nothing, before an upstream agrees", async () => {
  const { gate, log, source, upstream } = gated();
  const entry = await gate.enter(signal);
  assert.equal(entry.since(source), "2026-01-01");
  assert.throws(() => entry.check(), ClockUnconfirmedError);
  assert.throws(() => gate.check(), ClockUnconfirmedError);
  gate.bindWhenTrusted();
  assert.equal(log.head().position, 0);
  upstream.agrees = true;
  entry.check();
  entry.check();
  gate.check();
  assert.equal(eventsOf(log, "pnl.source.bound.v1").length, 1);
});

Deno.test("RecordingGate.check() refuses a round that began before a jump, though an upstream agreed since", async () => {
  const { clock, gate, log, upstream } = gated();
  upstream.agrees = true;
  const before = await gate.enter(signal);
  clock.offsetMs = 600_000;
  upstream.agrees = false;
  assert.equal(gate.isClockTrusted(), false);
  upstream.agrees = true;
  assert.equal(gate.isClockTrusted(), true);
  assert.throws(() => before.check(), ClockJumpError);
  assert.throws(() => gate.check(), ClockJumpError, "the bindings are of before, too");
  gate.bindWhenTrusted();
  assert.equal(log.head().position, 0);
  const after = await gate.enter(signal);
  after.check();
  assert.equal(eventsOf(log, "pnl.source.bound.v1").length, 1);
  clock.offsetMs = 0;
  assert.equal(gate.isClockTrusted(), true, "it agrees with the clock that jumped back");
  assert.throws(() => after.check(), ClockJumpError, "once bound, too");
  gate.check();
});

Deno.test("RecordingGate.enter() makes the bindings anew until they are recorded, then never", async () => {
  const { gate, log, source, upstream, asked, moveSince } = gated();
  await gate.enter(signal);
  moveSince("2026-02-01");
  const entry = await gate.enter(signal);
  upstream.agrees = true;
  entry.check();
  moveSince("2026-03-01");
  assert.equal((await gate.enter(signal)).since(source), "2026-02-01");
  assert.equal(asked.bindings, 2);
  assert.deepEqual(eventsOf(log, "pnl.source.bound.v1").map(({ data }) => data), [
    { origin: "https://a.test", account: "default", since: "2026-02-01" },
  ]);
});

Deno.test("RecordingGate.bindWhenTrusted() says once that the log is ahead of a trusted clock, and only then", async () => {
  for (const [aheadMs, told] of [[400_000, 1], [200_000, 0]] as const) {
    await withLogs(async (records) => {
      const { clock, log, gate, upstream } = gated();
      clock.offsetMs = aheadMs;
      log.append([totals("1", new Date(clock.now()).toISOString())]);
      clock.offsetMs = 0;
      await gate.enter(signal);
      gate.bindWhenTrusted();
      upstream.agrees = true;
      gate.isClockTrusted();
      await gate.enter(signal);
      for (let time = 0; time < 3; time++) gate.bindWhenTrusted();
      gate.check();
      assert.equal(records.length, told, `${aheadMs} ms`);
      assert.ok(records.every(({ properties }) => properties.aheadSeconds === 400));
    }, "error");
  }
});

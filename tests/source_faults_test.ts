/** Every upstream failing in every way, over real HTTP: the others go on, the breaker walks, all heals. */
import assert from "node:assert/strict";
import { MemoryEventLog } from "../src/log/memory_event_log.ts";
import { systemClock as clock } from "../src/log/system_clock.ts";
import { applyEvent, currentSnapshot, initialFold } from "../src/pnl/fold.ts";
import type { Fault } from "../src/sandbox/faults.ts";
import { type Sandbox, startSandbox } from "../src/sandbox/sandbox.ts";
import { anthropicSource } from "../src/sources/anthropic.ts";
import { kalshiSource } from "../src/sources/kalshi.ts";
import { Poller } from "../src/sources/poller.ts";
import { revenueSource } from "../src/sources/revenue.ts";
import type { Source, SourceName } from "../src/sources/source.ts";
import { StateStore } from "../src/sources/state_store.ts";
import { eventsOf, until } from "../src/sources/testing.ts";

const FAULTS: readonly (readonly [Fault, errorClass: string])[] = [
  [{ mode: "down" }, "network"],
  [{ mode: "slow", delayMs: 2_000 }, "timeout"],
  [{ mode: "slow", delayMs: 0, drip: true }, "timeout"],
  [{ mode: "unauthorized" }, "unauthorized"],
  [{ mode: "forbidden" }, "unauthorized"],
  [{ mode: "rate_limited" }, "rate_limited"],
  [{ mode: "server_error" }, "server_error"],
  [{ mode: "malformed", shape: "json" }, "malformed"],
  [{ mode: "malformed", shape: "html" }, "malformed"],
  [{ mode: "malformed", shape: "envelope" }, "malformed"],
  [{ mode: "clock_skew" }, "clock_skew"],
  [{ mode: "clock_skew", skewMs: -3_600_000 }, "clock_skew"],
];

function sourcesOf(sandbox: Sandbox): Source[] {
  const common = {
    clock,
    intervalMs: 15,
    timeoutMs: 150,
    origin: "sandbox",
    retry: { retries: 1, initialDelayMs: 1, maxDelayMs: 2 },
  };
  return [
    kalshiSource({ ...sandbox.kalshi, ...common }),
    anthropicSource({ ...sandbox.anthropic, ...common, since: "2026-10-01" }),
    revenueSource({ ...sandbox.revenue, ...common }),
  ];
}

/** Transitions of one source after a position: state and error class. */
function walk(log: MemoryEventLog, name: SourceName, after: number): string[] {
  return eventsOf(log).flatMap((event) =>
    Number(event.sequence) > after && event.source === `/${name}` &&
      (event.type === "pnl.source.degraded.v1" || event.type === "pnl.source.recovered.v1")
      ? [`${event.data.state} ${event.data.errorClass}`]
      : []
  );
}

async function suffer(
  { sandbox, poller, log }: { sandbox: Sandbox; poller: Poller; log: MemoryEventLog },
  name: SourceName,
  fault: Fault,
  errorClass: string,
): Promise<void> {
  const what = `${name} ${JSON.stringify(fault)}`;
  const { position: before } = log.head();
  const others = (["kalshi", "anthropic", "revenue"] as const).filter((other) => other !== name);
  sandbox.faults.set(name, fault);
  await until(() => walk(log, name, before).length >= 3, `${what} opens twice`);
  assert.deepEqual(walk(log, name, before).slice(0, 3), [
    `OPEN ${errorClass}`,
    `HALF_OPEN ${errorClass}`,
    `OPEN ${errorClass}`,
  ]);
  const asked = others.map((other) => sandbox.requests(other));
  await until(
    () => others.every((other, index) => sandbox.requests(other) >= asked[index]! + 3),
    `${what}: the others go on`,
  );
  for (const other of others) assert.deepEqual(walk(log, other, before), [], `${what}: ${other}`);
  sandbox.faults.clear();
  await until(
    () => poller.statuses().find((status) => status.name === name)?.state === "ok",
    `${what} heals`,
  );
  const steps = walk(log, name, before).slice(-2);
  assert.deepEqual(steps, [`HALF_OPEN ${errorClass}`, "CLOSED null"], what);
}

/** Runs `work` on a poller of a sandbox of 50 fills, once all three sources are well. */
async function withPoller(
  work: (place: { sandbox: Sandbox; poller: Poller; log: MemoryEventLog }) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const sandbox = await startSandbox({ clock, live: false, rateLimit: false, fills: 50 });
  const log = new MemoryEventLog({ clock });
  const state = await StateStore.open({ path: `${dir}/state.db` });
  const poller = new Poller({
    sources: sourcesOf(sandbox),
    log,
    state,
    clock,
    breakerThreshold: 2,
    breakerResetMs: 60,
  });
  try {
    poller.start();
    await until(() => poller.statuses().every((status) => status.state === "ok"), "all well");
    await work({ sandbox, poller, log });
  } finally {
    await poller.stop();
    await sandbox.stop();
    state[Symbol.dispose]();
    await Deno.remove(dir, { recursive: true });
  }
}

for (const name of ["kalshi", "anthropic", "revenue"] as const) {
  Deno.test(`Poller survives every fault of ${name}, while the others go on`, () =>
    withPoller(async (place) => {
      for (const [fault, errorClass] of FAULTS) await suffer(place, name, fault, errorClass);
      assert.deepEqual(eventsOf(place.log, "pnl.source.rejected.v1"), []);
    }));
}

/** The fold of everything that a log holds. */
function foldOf(log: MemoryEventLog) {
  const fold = initialFold(5_000);
  for (const event of eventsOf(log)) applyEvent(fold, event, Number(event.sequence));
  return currentSnapshot(fold)?.quality;
}

Deno.test("Poller records rows that are malformed for a while, and that they could be read after all", () =>
  withPoller(async ({ sandbox, poller, log }) => {
    assert.equal(foldOf(log)?.complete, true);
    sandbox.faults.set("kalshi", { mode: "bad_row" });
    await until(() => (foldOf(log)?.rejected ?? 0) >= 4, "a row of each list is rejected");
    assert.equal(foldOf(log)?.complete, false);
    sandbox.faults.clear();
    await until(() => foldOf(log)?.complete === true, "every row is accepted");
    await until(() => poller.statuses().every((status) => status.state === "ok"), "all well");
    const rejected = eventsOf(log, "pnl.source.rejected.v1");
    assert.equal(eventsOf(log, "pnl.source.accepted.v1").length, rejected.length);
  }));

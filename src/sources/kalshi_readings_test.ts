import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { systemClock } from "../log/system_clock.ts";
import type { Fault } from "../sandbox/faults.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { StepClock } from "../sandbox/testing.ts";
import { Poller } from "./poller.ts";
import { StateStore } from "./state_store.ts";
import { observed, ofType, outcomes, quickSource, Rounds, type Tried } from "./test_kalshi.ts";
import { context, eventsOf, until } from "./testing.ts";

/** Past the sampling of positions and valuations. */
const SAMPLED_MS = 61_500;

/** A sandbox and the source that reads it, on one clock; nothing moves by itself. */
async function account() {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false, rateLimit: false, fills: 200 });
  const source = quickSource(sandbox.kalshi, clock);
  return { clock, sandbox, source, [Symbol.asyncDispose]: () => sandbox.stop() };
}

Deno.test("kalshiSource() brackets readings that agree, and not those that money moved between", async () => {
  await using at = await account();
  const rounds = new Rounds(at.source);
  const quiet = await rounds.next();
  for (const what of ["cash", "portfolio", "positions"] as const) {
    assert.deepEqual(observed(quiet, what), ["0+", "1+"], what);
  }
  assert.deepEqual(
    ofType(Object.values(quiet), "pnl.kalshi.cash.observed.v1").map(({ data }) =>
      "cash" in data && Number(data.cash)
    ),
    at.sandbox.books().cash.map(Number),
  );

  at.clock.add(SAMPLED_MS);
  const [facts, transfers, observations] = at.source.units;
  await facts!.poll(context({ cursor: null }));
  await transfers!.poll(context({ cursor: null }));
  at.sandbox.advance(40);
  const moved = { observations: await observations!.poll(context({ cursor: "1" })) };
  assert.deepEqual(observed(moved, "cash"), ["0-", "1-"]);
  assert.deepEqual(observed(moved, "portfolio"), ["0-", "1-"]);
  assert.deepEqual(observed(moved, "positions"), []);
});

Deno.test("kalshiSource() knows its subaccounts after a restart, though it may not list them", async () => {
  await using at = await account();
  const { facts: read } = await new Rounds(at.source).next();
  assert.ok(read !== undefined && "cursor" in read);
  at.sandbox.faults.set("kalshi", { mode: "forbidden", path: "/subaccounts/balances" });
  const [facts, transfers, observations] = quickSource(at.sandbox.kalshi, at.clock).units;
  await facts!.poll(context({ cursor: read.cursor }));
  await transfers!.poll(context({ cursor: null }));
  const again = { observations: await observations!.poll(context({ cursor: "1" })) };
  assert.deepEqual(observed(again, "portfolio"), ["0+", "1+"]);
});

Deno.test("kalshiSource() brackets no money where the transfers were not read", async () => {
  await using at = await account();
  at.sandbox.faults.set("kalshi", { mode: "server_error", path: "/deposits" });
  const tried = await new Rounds(at.source).next();
  assert.equal(outcomes(tried).transfers, "server_error");
  assert.deepEqual(observed(tried, "cash"), ["0-", "1-"]);
  assert.deepEqual(observed(tried, "portfolio"), ["0-", "1-"]);
  assert.deepEqual(observed(tried, "positions"), ["0+", "1+"]);
});

Deno.test("kalshiSource() brackets nothing where the facts were not read, though all else was", async () => {
  await using at = await account();
  at.sandbox.faults.set("kalshi", { mode: "server_error", path: "/portfolio/fills" });
  const tried = await new Rounds(at.source).next();
  assert.equal(outcomes(tried).facts, "server_error");
  assert.deepEqual(observed(tried, "cash"), ["0-", "1-"]);
  assert.deepEqual(observed(tried, "portfolio"), ["0-", "1-"]);
  assert.deepEqual(observed(tried, "positions"), []);
});

const FAILURES: readonly (readonly [Fault, errorClass: string, still: Record<string, string[]>])[] =
  [
    [
      { mode: "bad_row", path: "/portfolio/positions" },
      "malformed",
      { cash: ["0+", "1+"], portfolio: ["0+", "1+"] },
    ],
    [
      { mode: "server_error", path: "/portfolio/positions" },
      "server_error",
      { cash: ["0+", "1+"], portfolio: ["0+", "1+"] },
    ],
    [
      { mode: "server_error", path: "/portfolio/balance" },
      "server_error",
      { cash: ["0+", "1+"], positions: ["0+", "1+"] },
    ],
    [
      { mode: "server_error", path: "/subaccounts/" },
      "server_error",
      { portfolio: ["0-", "1-"], positions: ["0+", "1+"] },
    ],
    [
      { mode: "forbidden", path: "balance" },
      "unauthorized",
      { positions: ["0+", "1+"] },
    ],
  ];

for (const [fault, errorClass, still] of FAILURES) {
  const what = `${fault.mode} of ${fault.path}`;
  const all = { cash: [], portfolio: [], positions: [], ...still };
  const left = (tried: Tried) => ({
    cash: observed(tried, "cash"),
    portfolio: observed(tried, "portfolio"),
    positions: observed(tried, "positions"),
  });

  Deno.test(`kalshiSource() reads the facts and what else it can at ${what}, and goes on saying so`, async () => {
    await using at = await account();
    const rounds = new Rounds(at.source);
    await rounds.next();
    at.sandbox.faults.set("kalshi", fault);
    at.clock.add(SAMPLED_MS);
    const tried = await rounds.next();
    assert.equal(typeof outcomes(tried).facts, "number");
    assert.equal(outcomes(tried).readings, errorClass);
    assert.deepEqual(left(tried), all);
    at.clock.add(5_000);
    assert.equal(outcomes(await rounds.next()).readings, errorClass);
    at.sandbox.faults.clear();
    at.clock.add(5_000);
    assert.equal(outcomes(await rounds.next()).readings, 0);
  });

  Deno.test(`kalshiSource() begins at ${what}, and says so from the second round on`, async () => {
    await using at = await account();
    at.sandbox.faults.set("kalshi", fault);
    const rounds = new Rounds(at.source);
    const first = await rounds.next();
    const books = at.sandbox.books();
    assert.equal(outcomes(first).facts, books.kalshi.fills + books.kalshi.settlements);
    for (const result of Object.values(first)) assert("backfilled" in result && result.backfilled);
    at.clock.add(5_000);
    assert.equal(outcomes(await rounds.next()).readings, errorClass);
  });
}

Deno.test("kalshiSource() fails every unit where the key may read nothing, at the first round too", async () => {
  await using at = await account();
  at.sandbox.faults.set("kalshi", { mode: "unauthorized" });
  const rounds = new Rounds(at.source);
  for (let count = 0; count < 2; count++) {
    assert.deepEqual(outcomes(await rounds.next()), {
      facts: "unauthorized",
      transfers: "unauthorized",
      observations: "unauthorized",
      readings: "unauthorized",
    });
  }
});

Deno.test("kalshiSource() counts every answer as progress", async () => {
  await using at = await account();
  const rounds = new Rounds(at.source);
  let heard = 0;
  for (const path of ["", "/portfolio/positions"]) {
    if (path !== "") at.sandbox.faults.set("kalshi", { mode: "forbidden", path });
    const before = at.sandbox.requests("kalshi");
    heard = 0;
    await rounds.next({ progress: () => heard++ });
    const answers = at.sandbox.requests("kalshi") - before;
    assert(heard >= answers, `${heard} of ${answers} answers`);
    at.clock.add(SAMPLED_MS);
  }
});

Deno.test("kalshiSource() is backfilled though a reading never works, and stays degraded", async () => {
  const clock = systemClock;
  const dir = await Deno.makeTempDir();
  const sandbox = await startSandbox({ clock, live: false, rateLimit: false, fills: 50 });
  sandbox.faults.set("kalshi", { mode: "server_error", path: "/portfolio/positions" });
  const log = new MemoryEventLog({ clock });
  const state = await StateStore.open({ path: `${dir}/state.db` });
  const sources = [quickSource(sandbox.kalshi, clock)];
  const poller = new Poller({ sources, log, state, clock });
  try {
    poller.start();
    await until(() => eventsOf(log, "pnl.source.backfilled.v1").length === 1, "backfilled");
    await until(() => poller.statuses()[0]!.state === "degraded", "degraded");
    const { lastSuccessAt, breaker } = poller.statuses()[0]!;
    assert.equal(breaker.lastError?.class, "server_error");
    assert.match(breaker.lastError?.message ?? "", /^\/trade-api\/v2\/portfolio\/positions /);
    const asked = sandbox.requests("kalshi");
    await until(() => sandbox.requests("kalshi") > asked + 30, "more rounds");
    assert.equal(poller.statuses()[0]!.lastSuccessAt, lastSuccessAt);
    assert.equal(poller.statuses()[0]!.breaker.state, "CLOSED");
  } finally {
    await poller.stop();
    await sandbox.stop();
    state[Symbol.dispose]();
    await Deno.remove(dir, { recursive: true });
  }
});

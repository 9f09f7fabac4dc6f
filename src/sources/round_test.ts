import assert from "node:assert/strict";
import { LogFailedError } from "../log/event_log.ts";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import type { Candidate } from "../pnl/event.ts";
import { Appender } from "./appender.ts";
import { type RoundDeps, runRound } from "./round.ts";
import { type SourceUnit, UpstreamError, type UpstreamErrorClass } from "./source.ts";
import { StateStore } from "./state_store.ts";
import { eventsOf, fakeSource, fill, OffsetClock, poll } from "./testing.ts";

const clock = new OffsetClock();
const { signal } = new AbortController();

const CASH: Candidate = {
  kind: "observation",
  source: "/kalshi",
  type: "pnl.kalshi.cash.observed.v1",
  subject: "0",
  time: "2026-11-22T10:00:00.000Z",
  withFacts: true,
  data: { subaccount: 0, cash: "1.00", bracketed: true },
};

/** Units named a, b, c … that do what is said, and what a round of them works with. */
async function units(
  polls: SourceUnit["poll"][],
  work: (deps: RoundDeps & { readonly log: MemoryEventLog }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const state = await StateStore.open({ path: `${folder}/state.db` });
  try {
    const log = new MemoryEventLog({ clock });
    const source = fakeSource(polls[0]!, {
      name: "kalshi",
      source: "/kalshi",
      units: polls.map((each, index) => ({ name: "abc"[index]!, poll: each })),
    });
    const appender = new Appender(source, log, clock);
    const nothing = () => {};
    await work({
      source,
      log,
      state,
      clock,
      appender,
      since: null,
      noProgressMs: 60_000,
      ready: nothing,
      progress: nothing,
    });
  } finally {
    state[Symbol.dispose]();
    await Deno.remove(folder, { recursive: true });
  }
}

function fails(errorClass: UpstreamErrorClass): SourceUnit["poll"] {
  return () => Promise.reject(new UpstreamError(errorClass, "it failed"));
}

const works = (events: Candidate[] = []) => () => Promise.resolve(poll(events));

Deno.test("runRound() counts as failed where the first unit failed, or all did; not for a missing scope", async () => {
  const cases: [SourceUnit["poll"][], { failed: boolean; whole: boolean }][] = [
    [[works(), works()], { failed: false, whole: true }],
    [[works(), fails("server_error")], { failed: false, whole: false }],
    [[works(), fails("unauthorized")], { failed: false, whole: true }],
    [[fails("unauthorized"), works()], { failed: false, whole: false }],
    [[fails("unauthorized"), fails("unauthorized")], { failed: true, whole: false }],
    [[fails("malformed"), works()], { failed: true, whole: false }],
    [[fails("network"), works()], { failed: true, whole: false }],
    [[works(), fails("network"), works()], { failed: false, whole: false }],
  ];
  for (const [index, [polls, expected]] of cases.entries()) {
    await units(polls, async (deps) => {
      const { failed, whole } = await runRound(deps, signal);
      assert.deepEqual({ failed, whole }, expected, `case ${index}`);
    });
  }
});

Deno.test("runRound() takes what works, and saves only its cursor", async () => {
  await units([works([fill("a")]), fails("malformed"), works([CASH])], async (deps) => {
    const { appended, error } = await runRound(deps, signal);
    assert.equal(appended, 2);
    assert.equal(error?.errorClass, "malformed");
    assert.notEqual(deps.state.unit("kalshi", "a"), null);
    assert.equal(deps.state.unit("kalshi", "b"), null);
    assert.notEqual(deps.state.unit("kalshi", "c"), null);
  });
});

Deno.test("runRound() does not ask the other units of an upstream that cannot be reached", async () => {
  for (const errorClass of ["network", "timeout", "rate_limited", "clock_skew"] as const) {
    let asked = 0;
    const next = () => {
      asked++;
      return Promise.resolve(poll());
    };
    await units([fails(errorClass), next], async (deps) => {
      await runRound(deps, signal);
      assert.equal(asked, 0, errorClass);
    });
  }
});

Deno.test("runRound() tells once that all was read, after the facts and before what is held against them", async () => {
  await units([works([fill("a"), fill("b")]), works([fill("c")]), works([CASH])], async (deps) => {
    await runRound(deps, signal);
    await runRound(deps, signal);
    const types = eventsOf(deps.log).map(({ type }) => type.split(".").slice(1, 4).join("."));
    assert.deepEqual(types.slice(1), [
      "kalshi.fill.recorded",
      "kalshi.fill.recorded",
      "kalshi.fill.recorded",
      "source.backfilled.v1",
      "kalshi.cash.observed",
    ]);
    assert.deepEqual(eventsOf(deps.log, "pnl.source.backfilled.v1")[0]!.data, { facts: 3 });
  });
});

Deno.test("runRound() does not wait for a unit that the key may not read, but for one that fails", async () => {
  const cases: [SourceUnit["poll"][], number][] = [
    [[works(), fails("unauthorized")], 1],
    [[works(), fails("server_error")], 0],
    [[works(), fails("network")], 0],
    [[fails("unauthorized"), works()], 0],
  ];
  for (const [index, [polls, told]] of cases.entries()) {
    await units(polls, async (deps) => {
      await runRound(deps, signal);
      assert.equal(eventsOf(deps.log, "pnl.source.backfilled.v1").length, told, `case ${index}`);
    });
  }
});

Deno.test("runRound() tells of the backfill when its last unit is read, with the facts of all", async () => {
  let ok = false;
  const later: SourceUnit["poll"] = (context) =>
    ok ? works([fill("b")])() : fails("server_error")(context);
  const first: SourceUnit["poll"] = ({ cursor }) =>
    Promise.resolve(poll(cursor === null ? [fill("a")] : [], { backfilled: cursor === null }));
  await units([first, later], async (deps) => {
    await runRound(deps, signal);
    ok = true;
    await runRound(deps, signal);
    assert.deepEqual(eventsOf(deps.log, "pnl.source.backfilled.v1").map(({ data }) => data), [{
      facts: 2,
    }]);
  });
});

Deno.test("runRound() leaves the cursors where the log refused", async () => {
  await units([works([fill("a")])], async (deps) => {
    deps.log.append = () => {
      throw new LogFailedError("the disk is full");
    };
    await assert.rejects(runRound(deps, signal), LogFailedError);
    assert.equal(deps.state.unit("kalshi", "a"), null);
  });
});

Deno.test("runRound() saves no cursor of a round that may not be kept, though it brought nothing", async () => {
  const nothing = () => Promise.resolve(poll([], { backfilled: false }));
  await units([nothing], async (deps) => {
    const ready = () => {
      throw new Error("the clock");
    };
    await assert.rejects(runRound({ ...deps, ready }, signal), /the clock/);
    assert.equal(deps.state.unit("kalshi", "a"), null);
  });
});

Deno.test("runRound() ends a unit that makes no progress, and no other", async () => {
  const stuck: SourceUnit["poll"] = ({ signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  const slow: SourceUnit["poll"] = async ({ progress }) => {
    for (let page = 0; page < 8; page++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      progress(1);
    }
    return poll();
  };
  await units([slow, stuck], async (deps) => {
    const { failed, error } = await runRound({ ...deps, noProgressMs: 80 }, signal);
    assert.equal(failed, false);
    assert.equal(error?.errorClass, "timeout");
    assert.notEqual(deps.state.unit("kalshi", "a"), null);
  });
});

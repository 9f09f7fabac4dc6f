import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import type { Candidate } from "../pnl/event.ts";
import { Appender } from "./appender.ts";
import { eventsOf, fakeSource, fill, OffsetClock, poll } from "./testing.ts";

const clock = new OffsetClock();
const { signal } = new AbortController();
const source = fakeSource(() => Promise.resolve(poll()), { name: "kalshi", source: "/kalshi" });

function fresh() {
  const log = new MemoryEventLog({ clock });
  return { log, appender: new Appender(source, log, clock) };
}

function rejections(log: MemoryEventLog) {
  return eventsOf(log, "pnl.source.rejected.v1").map(({ id, data }) => ({ id, ...data }));
}

Deno.test("Appender.append() keeps the order over batches, and gives others their turn between", async () => {
  const { log, appender } = fresh();
  const facts = Array.from({ length: 4_500 }, (_, index) => fill(`f${index}`));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  assert.equal(await appender.append(facts, [], signal), 4_500);
  clearInterval(timer);
  assert(turns >= 2, `${turns} turns`);
  assert.deepEqual(
    eventsOf(log, "pnl.kalshi.fill.recorded.v1").map(({ id }) => id),
    facts.map(({ id }) => id),
  );
});

Deno.test("Appender.append() puts the readings of a long backfill beside its last facts", async () => {
  const cash: Candidate = {
    kind: "observation",
    source: "/kalshi",
    type: "pnl.kalshi.cash.observed.v1",
    subject: "0",
    time: "2026-11-22T10:00:00.000Z",
    withFacts: true,
    data: { subaccount: 0, cash: "1.00", bracketed: true },
  };
  for (const count of [999, 1_000, 2_000, 2_001, 3_000]) {
    const { log, appender } = fresh();
    await appender.append([cash], [], signal);
    const facts = Array.from({ length: count }, (_, index) => fill(`f${index}`));
    await appender.append([...facts, cash], [], signal);
    // Unchanged, it is recorded again only where a fact of its own batch was.
    assert.equal(eventsOf(log, "pnl.kalshi.cash.observed.v1").length, 2, `${count} facts`);
  }
});

Deno.test("Appender.append() records a conflicting row as rejected, once, and takes the others", async () => {
  const { log, appender } = fresh();
  await appender.append([fill("a"), fill("b")], [], signal);
  const changed = [fill("c"), fill("a", "0.99"), fill("b", "0.98"), fill("d")];
  for (let time = 0; time < 3; time++) await appender.append(changed, [], signal);
  // Another process, or the same after a restart, says nothing new either.
  await new Appender(source, log, clock).append(changed, [], signal);
  assert.deepEqual(eventsOf(log, "pnl.kalshi.fill.recorded.v1").map(({ id }) => id), [
    "a",
    "b",
    "c",
    "d",
  ]);
  assert.deepEqual(rejections(log).map(({ id, ...data }) => [id, data]), [
    ["rejected/a", { identity: "a", path: "fee", reason: "conflicts with position 2" }],
    ["rejected/b", { identity: "b", path: "fee", reason: "conflicts with position 3" }],
  ]);
});

Deno.test("Appender.append() records a rejected row once, wherever it stands the next time", async () => {
  const { log, appender } = fresh();
  for (const [index, each] of [appender, appender, new Appender(source, log, clock)].entries()) {
    const rejection = { identity: "x".repeat(900), path: `fills[${index}].fee`, reason: "" };
    await each.append([fill(`f${index}`)], [rejection], signal);
  }
  assert.equal(rejections(log).length, 1);
  assert.equal(eventsOf(log, "pnl.kalshi.fill.recorded.v1").length, 3);
});

Deno.test("Appender.append() records what the log finds invalid as rejected, and takes the others", async () => {
  const { log, appender } = fresh();
  const ahead = new Date(Date.now() + 3_600_000).toISOString();
  await appender.append([fill("a"), { ...fill("b"), time: ahead }, fill("c")], [], signal);
  assert.deepEqual(eventsOf(log, "pnl.kalshi.fill.recorded.v1").map(({ id }) => id), ["a", "c"]);
  assert.equal(rejections(log)[0]!.id, "rejected/b");
});

Deno.test("Appender.append() stops between batches when aborted, and before one that may not be", async () => {
  const facts = Array.from({ length: 5_000 }, (_, index) => fill(`f${index}`));
  const { log, appender } = fresh();
  const controller = new AbortController();
  const ready = () => controller.abort(new Error("stopped"));
  await assert.rejects(appender.append(facts, [], controller.signal, ready), /stopped/);
  assert.equal(eventsOf(log, "pnl.kalshi.fill.recorded.v1").length, 1_000);
  const refuse = () => {
    throw new Error("clock");
  };
  await assert.rejects(appender.append([fill("late")], [], signal, refuse), /clock/);
  assert.equal(eventsOf(log, "pnl.kalshi.fill.recorded.v1").length, 1_000);
});

Deno.test("Appender.append() tells of a rejected row that could be read after all, once", async () => {
  const { log, appender } = fresh();
  const bad = (identity: string) => ({ identity, path: "fills[0].fee", reason: "is no decimal" });
  const accepted = () =>
    eventsOf(log, "pnl.source.accepted.v1").map(({ id, data }) => ({ id, ...data }));
  await appender.append([fill("known")], [], signal);
  await appender.append([], [bad("known"), bad("new"), bad("other")], signal);
  await appender.append([fill("known")], [bad("new")], signal);
  assert.deepEqual(accepted(), [{ id: "accepted/known", identity: "known" }]);
  const restarted = new Appender(source, log, clock);
  await restarted.append([fill("new"), fill("more")], [], signal);
  await restarted.append([fill("known"), fill("new")], [], signal);
  assert.deepEqual(accepted().map(({ id }) => id), ["accepted/known", "accepted/new"]);
});

Deno.test("Appender.append() never accepts a row that conflicts, though another of its name is known", async () => {
  const { log, appender } = fresh();
  await appender.append([fill("a")], [], signal);
  const rows = [fill("a"), fill("a", "0.99")];
  for (const each of [appender, appender, new Appender(source, log, clock)]) {
    await each.append(rows, [], signal);
  }
  assert.equal(rejections(log).length, 1);
  assert.deepEqual(eventsOf(log, "pnl.source.accepted.v1"), []);
});

Deno.test("Appender.append() accepts a transfer by its kind and id, whatever its state", async () => {
  const { log, appender } = fresh();
  const bad = (identity: string) => ({ identity, path: "deposits[0].fee", reason: "is missing" });
  await appender.append([], [bad("deposit/t"), bad("withdrawal/t")], signal);
  const transfer: Candidate = {
    kind: "fact",
    source: "/kalshi",
    type: "pnl.kalshi.deposit.recorded.v1",
    id: "deposit/t/applied",
    subject: "t",
    time: "2026-11-22T10:00:00.000Z",
    data: { transferId: "t", status: "applied", amount: "1.00", fee: "0.00" },
  };
  await appender.append([transfer], [], signal);
  const accepted = eventsOf(log, "pnl.source.accepted.v1").map(({ id }) => id);
  assert.deepEqual(accepted, ["accepted/deposit/t"]);
});

Deno.test("Appender.append() records a row that is rejected anew after it was accepted", async () => {
  const { log, appender } = fresh();
  const bad = { identity: "a", path: "fills[0].fee", reason: "is no decimal" };
  const told = () =>
    eventsOf(log).flatMap(({ type, id }) => type.startsWith("pnl.source.") ? [id] : []);
  await appender.append([], [bad], signal);
  await appender.append([fill("a")], [], signal);
  for (const each of [appender, new Appender(source, log, clock)]) {
    await each.append([], [{ ...bad, reason: "is missing" }], signal);
    await each.append([], [{ ...bad, reason: "is missing" }], signal);
  }
  assert.deepEqual(told(), ["rejected/a", "accepted/a", "rejected/a/2"]);
  const last = new Appender(source, log, clock);
  await last.append([fill("a")], [], signal);
  await last.append([fill("a", "0.99")], [], signal);
  assert.deepEqual(told().slice(3), ["accepted/a/2", "rejected/a/3"], "in conflict now");
});

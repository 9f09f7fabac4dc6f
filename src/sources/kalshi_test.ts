import assert from "node:assert/strict";
import type { Candidate } from "../pnl/event.ts";
import { type SandboxOptions, startSandbox } from "../sandbox/sandbox.ts";
import { StepClock } from "../sandbox/testing.ts";
import { kalshiSource } from "./kalshi.ts";
import { type Poll, type Source, UpstreamError } from "./source.ts";
import { context } from "./testing.ts";

const DAY_MS = 86_400_000;

/** A sandbox and the source that reads it, on one clock; nothing moves by itself. */
async function account(options: Partial<SandboxOptions> = {}) {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false, rateLimit: false, ...options });
  const source = kalshiSource({
    ...sandbox.kalshi,
    clock,
    intervalMs: 5_000,
    retry: { retries: 1, initialDelayMs: 1, maxDelayMs: 1 },
  });
  return { clock, sandbox, source, [Symbol.asyncDispose]: () => sandbox.stop() };
}

/** Polls every unit once; cursors are those of the round before. */
async function round(source: Source, before: readonly Poll[] = []): Promise<Poll[]> {
  const polls: Poll[] = [];
  for (const [index, unit] of source.units.entries()) {
    polls.push(await unit.poll(context({ cursor: before[index]?.cursor ?? null })));
  }
  return polls;
}

function ids(events: readonly Candidate[]): string[] {
  return events.flatMap((event) => event.kind === "fact" ? [event.id] : []);
}

function ofType(polls: readonly Poll[], type: Candidate["type"]): Candidate[] {
  return polls.flatMap(({ events }) => events.filter((event) => event.type === type));
}

Deno.test("kalshiSource() reads every fill once, live and historical, and every settlement", async () => {
  await using at = await account({ fills: 1_500, historyDays: 60 });
  const [facts] = await round(at.source);
  const books = at.sandbox.books();
  assert.equal(ofType([facts!], "pnl.kalshi.fill.recorded.v1").length, books.kalshi.fills);
  assert.equal(
    ofType([facts!], "pnl.kalshi.settlement.recorded.v1").length,
    books.kalshi.settlements,
  );
  assert(books.kalshi.fills >= 1_500 && books.kalshi.settlements > 0);
  assert.equal(new Set(ids(facts!.events)).size, facts!.events.length);
  assert.equal(facts!.backfilled, true);
  assert.deepEqual(facts!.rejected, []);
});

Deno.test("kalshiSource() gives the facts in order of time, fill before settlement", async () => {
  await using at = await account();
  const [facts] = await round(at.source);
  const keys = facts!.events.map((event) => {
    const fine = "upstreamTime" in event.data ? event.data.upstreamTime ?? "" : "";
    return `${fine} ${event.type.includes("fill") ? 0 : 1}`;
  });
  assert.deepEqual(keys, [...keys].sort());
});

Deno.test("kalshiSource() goes on in windows that overlap: nothing is missed, little is read twice", async () => {
  await using at = await account();
  const first = await round(at.source);
  const seen = new Set(ids(first.flatMap(({ events }) => events)));
  let polls = first;
  for (let step = 0; step < 5; step++) {
    at.clock.add(7 * 60_000);
    at.sandbox.advance(20);
    polls = await round(at.source, polls);
    const again = polls.flatMap(({ events }) => events);
    assert(polls[0]!.events.length < 120, `${polls[0]!.events.length} facts of ${seen.size}`);
    assert.equal(polls[0]!.backfilled, false);
    for (const id of ids(again)) seen.add(id);
  }
  const books = at.sandbox.books();
  const facts = [...seen].filter((id) => !/^(dep|wd|wit)/.test(id));
  assert.equal(facts.length, books.kalshi.fills + books.kalshi.settlements);
});

Deno.test("kalshiSource() finds what was archived while nobody read, after quiet weeks too", async () => {
  await using at = await account();
  const first = await round(at.source);
  at.clock.add(5 * DAY_MS);
  at.sandbox.advance(300);
  // By now the venue's live list begins after all of these.
  at.clock.add(80 * DAY_MS);
  const later = await round(at.source, first);
  const seen = new Set(ids([...first[0]!.events, ...later[0]!.events]));
  const books = at.sandbox.books();
  assert.equal(seen.size, books.kalshi.fills + books.kalshi.settlements);
  assert.equal(later[0]!.backfilled, false);
});

Deno.test("kalshiSource() brackets readings that agree, and not those that money moved between", async () => {
  await using at = await account();
  const quiet = await round(at.source);
  const cash = ofType(quiet, "pnl.kalshi.cash.observed.v1");
  assert.equal(cash.length, 2);
  assert(cash.every(({ data }) => "bracketed" in data && data.bracketed));
  assert.deepEqual(
    cash.map(({ data }) => "cash" in data && Number(data.cash)),
    at.sandbox.books().cash.map(Number),
  );
  assert.equal(ofType(quiet, "pnl.kalshi.positions.observed.v1").length, 2);
  assert.equal(ofType(quiet, "pnl.kalshi.portfolio.valued.v1").length, 2);

  at.clock.add(61_500);
  const [factsUnit, transfersUnit, observationsUnit] = at.source.units;
  const facts = await factsUnit!.poll(context({ cursor: quiet[0]!.cursor }));
  const transfers = await transfersUnit!.poll(context({ cursor: quiet[1]!.cursor }));
  at.sandbox.advance(40);
  const moved = [facts, transfers, await observationsUnit!.poll(context({ cursor: "1" }))];
  const unbracketed = ofType(moved, "pnl.kalshi.cash.observed.v1");
  assert(unbracketed.every(({ data }) => "bracketed" in data && !data.bracketed));
  assert.deepEqual(ofType(moved, "pnl.kalshi.positions.observed.v1"), []);
});

Deno.test("kalshiSource() brackets nothing where the transfers were not read", async () => {
  await using at = await account();
  at.sandbox.faults.set("kalshi", { mode: "server_error", path: "/deposits" });
  const [facts, transfers, observations] = at.source.units;
  await facts!.poll(context());
  await assert.rejects(transfers!.poll(context()), { errorClass: "server_error" });
  const { events } = await observations!.poll(context());
  const cash = events.filter(({ type }) => type === "pnl.kalshi.cash.observed.v1");
  assert(cash.length > 0);
  assert(cash.every(({ data }) => "bracketed" in data && !data.bracketed));
});

Deno.test("kalshiSource() reads the facts where the balances are refused, of every subaccount seen", async () => {
  await using at = await account();
  at.sandbox.faults.set("kalshi", { mode: "forbidden", path: "balance" });
  const [facts, , observations] = at.source.units;
  const poll = await facts!.poll(context());
  const books = at.sandbox.books();
  assert.equal(poll.events.length, books.kalshi.fills + books.kalshi.settlements);
  await assert.rejects(observations!.poll(context()), { errorClass: "unauthorized" });
});

Deno.test("kalshiSource() does not begin without the list of subaccounts, should it only fail", async () => {
  await using at = await account();
  at.sandbox.faults.set("kalshi", { mode: "server_error", path: "/subaccounts/" });
  const facts = at.source.units[0]!;
  await assert.rejects(facts.poll(context()), { errorClass: "server_error" });
  at.sandbox.faults.clear();
  const { cursor } = await facts.poll(context());
  at.sandbox.faults.set("kalshi", { mode: "server_error", path: "/subaccounts/" });
  assert.equal((await facts.poll(context({ cursor }))).backfilled, false);
});

Deno.test("kalshiSource() rejects a single bad row and takes the others", async () => {
  await using at = await account();
  at.sandbox.faults.set("kalshi", { mode: "bad_row", path: "/portfolio/fills" });
  const { events, rejected } = await at.source.units[0]!.poll(context());
  const books = at.sandbox.books();
  assert(rejected.length >= 1 && rejected.length < 5);
  assert.match(rejected[0]!.path, /^fills\[0\]/);
  assert.equal(events.length, books.kalshi.fills + books.kalshi.settlements - rejected.length);
});

Deno.test("kalshiSource() ends at pages that go round, and at another envelope, with the path", async () => {
  await using at = await account();
  const facts = at.source.units[0]!;
  at.sandbox.faults.set("kalshi", { mode: "cursor_loop", path: "/portfolio/fills" });
  await assert.rejects(facts.poll(context()), /\/portfolio\/fills gave the same cursor twice/);
  at.sandbox.faults.set("kalshi", {
    mode: "malformed",
    shape: "envelope",
    path: "/portfolio/fills",
  });
  await assert.rejects(
    facts.poll(context()),
    (error) =>
      error instanceof UpstreamError && error.errorClass === "malformed" &&
      error.facts.path === "fills",
  );
});

Deno.test("kalshiSource() tells a wrong clock from a wrong key", async () => {
  await using at = await account();
  const transfers = at.source.units[1]!;
  at.sandbox.faults.set("kalshi", { mode: "clock_skew" });
  await assert.rejects(transfers.poll(context()), { errorClass: "clock_skew" });
  at.sandbox.faults.set("kalshi", { mode: "unauthorized" });
  await assert.rejects(transfers.poll(context()), { errorClass: "unauthorized" });
});

import assert from "node:assert/strict";
import type { Candidate } from "../pnl/event.ts";
import { type SandboxOptions, startSandbox } from "../sandbox/sandbox.ts";
import { StepClock } from "../sandbox/testing.ts";
import { UpstreamError } from "./source.ts";
import { ofType, quickSource, round } from "./test_kalshi.ts";
import { context } from "./testing.ts";

const DAY_MS = 86_400_000;

/** A sandbox and the source that reads it, on one clock; nothing moves by itself. */
async function account(options: Partial<SandboxOptions> = {}) {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false, rateLimit: false, ...options });
  const source = quickSource(sandbox.kalshi, clock);
  return { clock, sandbox, source, [Symbol.asyncDispose]: () => sandbox.stop() };
}

function ids(events: readonly Candidate[]): string[] {
  return events.flatMap((event) => event.kind === "fact" ? [event.id] : []);
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
  const facts = [...seen].filter((id) => !/^(deposit|withdrawal)\//.test(id));
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

/** The sandbox keeps books of its own; what is folded from its events must agree to the last digit. */
import assert from "node:assert/strict";
import { MemoryEventLog } from "../src/log/memory_event_log.ts";
import { breakdown } from "../src/pnl/breakdown.ts";
import type { Candidate, RecordedEvent } from "../src/pnl/event.ts";
import type { SandboxBooks } from "../src/sandbox/books.ts";
import { applyEvent, currentSnapshot, type Fold, initialFold } from "../src/pnl/fold.ts";
import { parseMoney } from "../src/pnl/money.ts";
import { type Sandbox, startSandbox } from "../src/sandbox/sandbox.ts";
import { StepClock } from "../src/sandbox/testing.ts";
import { anthropicSource } from "../src/sources/anthropic.ts";
import { kalshiSource } from "../src/sources/kalshi.ts";
import { revenueSource } from "../src/sources/revenue.ts";
import type { Source } from "../src/sources/source.ts";

/** Polls every unit of the sources once and appends what they bring, as the poller does. */
class Reader {
  readonly #cursors = new Map<string, string>();
  readonly #clock: StepClock;
  readonly log: MemoryEventLog;
  readonly fold: Fold = initialFold(5_000);
  readonly sources: readonly Source[];
  #folded = 0;

  constructor(sandbox: Sandbox, clock: StepClock) {
    const { kalshi, anthropic, revenue } = sandbox;
    const common = { clock, origin: "sandbox", intervalMs: 5_000 };
    this.#clock = clock;
    this.log = new MemoryEventLog({ clock });
    this.sources = [
      kalshiSource({ ...common, ...kalshi }),
      anthropicSource({ ...common, ...anthropic }),
      revenueSource({ ...common, baseUrl: revenue.baseUrl, token: revenue.token ?? "" }),
    ];
  }

  async round(): Promise<void> {
    for (const source of this.sources) {
      const first = !this.#cursors.has(`${source.name} ${source.units[0]?.name}`);
      const signal = new AbortController().signal;
      const since = source.name === "anthropic" ? "2026-01-01" : null;
      if (first) {
        const data = { ...await source.binding(signal), since };
        this.#append([this.#said(source, "pnl.source.bound.v1", "bound", data)]);
      }
      for (const unit of source.units) {
        const key = `${source.name} ${unit.name}`;
        const cursor = this.#cursors.get(key) ?? null;
        const poll = await unit.poll({ cursor, since, signal, progress: () => {} });
        assert.deepEqual(poll.rejected, []);
        this.#append(poll.events);
        this.#cursors.set(key, poll.cursor);
      }
      if (first) {
        const data = { facts: 0 };
        this.#append([this.#said(source, "pnl.source.backfilled.v1", "backfilled", data)]);
      }
    }
  }

  #said(source: Source, type: string, id: string, data: unknown): Candidate {
    const time = new Date(this.#clock.now()).toISOString();
    const subject = source.name;
    return { kind: "fact", source: source.source, type, id, subject, time, data } as Candidate;
  }

  #append(events: readonly Candidate[]): void {
    for (let i = 0; i < events.length; i += 1_000) this.log.append(events.slice(i, i + 1_000));
    while (true) {
      const lines = this.log.read({ after: this.#folded, limit: 10_000 });
      if (lines.length === 0) return;
      for (const { position, line } of lines) {
        applyEvent(this.fold, JSON.parse(line) as RecordedEvent, position);
        this.#folded = position;
      }
    }
  }
}

/** The figures of the whole account, as the fold has them and as the books do. */
function figures(reader: Reader, books: SandboxBooks): [unknown, unknown] {
  const snapshot = currentSnapshot(reader.fold);
  assert.ok(snapshot !== null);
  const { kalshi, anthropic, revenue } = snapshot.components;
  const { cash, openCost } = breakdown(reader.fold).kalshi;
  const { realizedPnl, fees, pnl, openPositions, balance } = kalshi;
  const { derived, deposits, withdrawals } = cash;
  const { invoiced, collected } = revenue;
  const folded = {
    realizedPnl,
    fees,
    pnl,
    openPositions,
    balance,
    openCost,
    deposits,
    withdrawals,
  };
  const venue = books.kalshi;
  const kept = Object.fromEntries(
    Object.keys(folded).map((key) => [key, key === "balance" ? venue.cash : venue[key as "cash"]]),
  );
  const spent = books.costs.find((cost) => cost.day === anthropic.day)?.amount ?? "0.00";
  const month = books.costs.filter((cost) => cost.day.slice(0, 7) === anthropic.day?.slice(0, 7));
  return [
    {
      ...folded,
      derived,
      invoiced,
      collected,
      spent: anthropic.dailySpend,
      month: parseMoney(anthropic.monthToDate ?? "0"),
    },
    {
      ...kept,
      derived: venue.cash,
      ...books.revenue,
      spent,
      month: month.reduce((sum, cost) => sum + parseMoney(cost.amount), 0n),
    },
  ];
}

/** Every market that the breakdown lists, as the fold has it and as the books do. */
function markets(reader: Reader, books: SandboxBooks): [unknown, unknown] {
  const kept = new Map(books.markets.map((row) => [`${row.subaccount} ${row.ticker}`, row]));
  const listed = breakdown(reader.fold).kalshi.markets.filter((row) => row.ticker !== null);
  assert.ok(listed.length > 50);
  return [
    listed.map(({ subaccount, ticker, count, realizedPnl, fees, settled }) => (
      { subaccount, ticker, count, realizedPnl, fees, settled }
    )),
    listed.map((row) => {
      const book = kept.get(`${row.subaccount} ${row.ticker}`);
      assert.ok(book !== undefined, row.ticker ?? "");
      const { position, ...rest } = book;
      return { ...rest, count: position };
    }),
  ];
}

function compare(reader: Reader, sandbox: Sandbox, what: string): void {
  const books = sandbox.books();
  for (const sides of [figures, markets]) {
    const [folded, kept] = sides(reader, books);
    assert.deepEqual(folded, kept, what);
  }
  const snapshot = currentSnapshot(reader.fold);
  assert.equal(snapshot?.quality.complete, true, what);
  const difference = snapshot?.components.kalshi.unreconciled ?? null;
  if (difference === null) return;
  assert.deepEqual([difference.cash, difference.realizedPnl], ["0.00", "0.00"], what);
}

Deno.test("the sandbox's books and the fold agree to the last digit after 10,000 account events", async () => {
  const noon = Date.UTC(2026, 10, 22, 12);
  const beforeMidnight = Date.UTC(2026, 10, 30, 23, 55);
  for (const [seed, start] of [[1, noon], [2, beforeMidnight]] as const) {
    const clock = new StepClock(start);
    const sandbox = await startSandbox({ clock, seed, live: false, rateLimit: false });
    try {
      const reader = new Reader(sandbox, clock);
      await reader.round();
      compare(reader, sandbox, `seed ${seed}, after the backfill`);
      for (let i = 0; i < 10; i += 1) {
        clock.add(60_000 + i * 1_000);
        sandbox.advance(1_000);
        await reader.round();
        compare(reader, sandbox, `seed ${seed}, round ${i}`);
      }
      const { unreconciled } = currentSnapshot(reader.fold)?.components.kalshi ?? {};
      assert.ok(unreconciled, "the venue's own figures were held against the fold's");
    } finally {
      await sandbox.stop();
    }
  }
});

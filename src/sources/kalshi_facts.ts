/** The unit "facts": fills and settlements, from the account's beginning, then in overlapping windows. */
import { z } from "zod";
import type { KalshiDeps } from "./kalshi_accounts.ts";
import type { KalshiList, ListedRow } from "./kalshi_client.ts";
import { inOrder } from "./kalshi_order.ts";
import { fillFact, settlementFact, type TimedFact } from "./kalshi_rows.ts";
import type { Query } from "./http_client.ts";
import { readRow, type RowNaming } from "./rejection.ts";
import { settlementName } from "./row_name.ts";
import type { Poll, PollContext, Rejection } from "./source.ts";
import { readRfc3339, readUnixSeconds } from "./upstream_time.ts";

/** Seconds before the newest row that each poll reads again: rows may appear out of order. */
const OVERLAP_S = 10 * 60;
/** Once an hour the windows are a day deep, for rows that appear later still. Settlements are always. */
const DEEP_OVERLAP_S = 24 * 3600;
const DEEP_EVERY_MS = 3_600_000;
/** After so long without a poll, rows may have moved from the live list to the historical one. */
const ARCHIVED_AFTER_MS = 24 * 3_600_000;

/** How far a unit has read: the newest row's time, unix seconds. */
const CURSOR = z.object({
  v: z.literal(1),
  /** When the unit was last read, and last read deeply; milliseconds. */
  at: z.number(),
  deepAt: z.number(),
  fills: z.number(),
  /** By subaccount: one that is not here is read from its beginning. */
  settlements: z.record(z.string(), z.number()),
});

const CUTOFF = z.looseObject({ trades_created_ts: z.string() });

type Cursor = z.infer<typeof CURSOR>;

/**
 * Polls fills and settlements.
 *
 * @returns the facts in order of upstream time, fill before settlement, id
 * @throws {UpstreamError}
 */
export async function pollFacts(deps: KalshiDeps, context: PollContext): Promise<Poll> {
  const cursor = readCursor(context.cursor);
  const reading = new FactsReading(deps, context, cursor);
  const fills = await reading.fills();
  const settlements = await reading.settlements();
  return {
    events: inOrder([...fills.facts, ...settlements.facts]),
    rejected: reading.rejected,
    cursor: JSON.stringify(reading.next(fills.newest, settlements.newest)),
    backfilled: cursor === null,
  };
}

/** The subaccounts that a cursor of this unit knows, which the account may no longer be able to list. */
export function subaccountsIn(cursor: string | null): number[] {
  return Object.keys(readCursor(cursor)?.settlements ?? {}).map(Number);
}

/** A cursor of another shape counts as none: everything is read again, and known rows stay known. */
function readCursor(text: string | null): Cursor | null {
  if (text === null) return null;
  const parsed = CURSOR.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

/** One poll of the unit. */
class FactsReading {
  readonly rejected: Rejection[] = [];
  readonly #deps: KalshiDeps;
  readonly #context: PollContext;
  readonly #cursor: Cursor | null;
  readonly #now: number;
  readonly #deep: boolean;

  constructor(deps: KalshiDeps, context: PollContext, cursor: Cursor | null) {
    this.#deps = deps;
    this.#context = context;
    this.#cursor = cursor;
    this.#now = deps.clock.now();
    this.#deep = cursor === null || Math.abs(this.#now - cursor.deepAt) >= DEEP_EVERY_MS;
  }

  /** Live first: what moves to the historical list meanwhile is then read twice, not never. */
  async fills(): Promise<{ readonly facts: TimedFact[]; readonly newest: number }> {
    const before = this.#cursor?.fills ?? 0;
    const query = since(this.#cursor === null ? null : before, this.#deep);
    const live = await this.#list("fills", query);
    const old = await this.#isArchived() ? await this.#list("historicalFills", query) : [];
    const facts = this.#take(
      [...live, ...old],
      { field: "fill_id" },
      (row) => fillFact(row, this.#now),
    );
    this.#deps.accounts.learn(
      facts.map(({ fact }) => "subaccount" in fact.data ? fact.data.subaccount : 0),
    );
    return { facts, newest: this.#newest(before, facts) };
  }

  async settlements(): Promise<
    { readonly facts: TimedFact[]; readonly newest: Record<string, number> }
  > {
    const all: TimedFact[] = [];
    const newest: Record<string, number> = {};
    for (const subaccount of this.#deps.accounts.known) {
      const before = this.#cursor?.settlements[String(subaccount)];
      const rows = await this.#list("settlements", [
        ...since(before ?? null, true),
        ["subaccount", String(subaccount)],
      ]);
      const facts = this.#take(
        rows,
        { field: "ticker", named: (ticker) => settlementName(ticker, subaccount) },
        (row) => settlementFact(row, subaccount, this.#now),
      );
      newest[String(subaccount)] = this.#newest(before ?? 0, facts);
      all.push(...facts);
    }
    return { facts: all, newest };
  }

  next(fills: number, settlements: Record<string, number>): Cursor {
    const deepAt = this.#cursor === null || this.#deep ? this.#now : this.#cursor.deepAt;
    return { v: 1, at: this.#now, deepAt, fills, settlements };
  }

  /** True where rows of the window may be on the historical list by now. */
  async #isArchived(): Promise<boolean> {
    if (this.#cursor !== null && this.#now - this.#cursor.at < ARCHIVED_AFTER_MS) return false;
    const { client } = this.#deps;
    const answer = await client.get("/historical/cutoff", CUTOFF, this.#context);
    if (this.#cursor === null) return true;
    return this.#cursor.fills - DEEP_OVERLAP_S < cutoffSeconds(answer.trades_created_ts);
  }

  #list(name: KalshiList, query: Query): Promise<ListedRow[]> {
    return this.#deps.client.list(name, this.#context, { query });
  }

  #take(
    rows: readonly ListedRow[],
    naming: RowNaming,
    read: (row: unknown) => TimedFact,
  ): TimedFact[] {
    const facts: TimedFact[] = [];
    for (const row of rows) {
      const taken = readRow(() => read(row.value), row, naming);
      if ("value" in taken) facts.push(taken.value);
      else this.rejected.push(taken.rejection);
    }
    return facts;
  }

  /** Never past now, or a row from a wrong clock would hide those after it. */
  #newest(before: number, facts: readonly TimedFact[]): number {
    const newest = facts.reduce((latest, { at }) => Math.max(latest, at.seconds), before);
    return Math.min(newest, Math.floor(this.#now / 1000));
  }
}

function since(seconds: number | null, deep: boolean): Query {
  if (seconds === null) return [];
  const from = seconds - (deep ? DEEP_OVERLAP_S : OVERLAP_S);
  return [["min_ts", String(Math.max(0, from))]];
}

/** RFC 3339 text or unix seconds; what cannot be read is taken as "everything is archived". */
function cutoffSeconds(text: string): number {
  try {
    const read = /^\d+$/.test(text) ? readUnixSeconds : readRfc3339;
    return read(text, Number.MAX_SAFE_INTEGER).seconds;
  } catch {
    return Number.MAX_SAFE_INTEGER;
  }
}

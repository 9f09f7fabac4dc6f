/** Reads the list of events off the dashboard, what the server says of the same, and makes events for both. */
import type { Page } from "playwright-core";
import { startTestServer, type TestServer } from "../src/http/test_server.ts";
import type { Candidate, RecordedEvent } from "../src/pnl/event.ts";
import { reached } from "../src/projection/testing.ts";
import { builtDashboard } from "./dashboard_page.ts";

/** A row as the page shows it. */
export interface ShownRow {
  readonly position: number;
  readonly recorded: string;
  readonly time: string;
  readonly type: string;
  readonly subject: string;
  /** Exact; null where the row shows none. */
  readonly amount: string | null;
}

/** A server with the dashboard, without events. */
export async function servedEvents(): Promise<TestServer> {
  return await startTestServer({ dashboard: await builtDashboard() });
}

/** The rows that are in the page now, from the top. */
export function shownRows(page: Page): Promise<ShownRow[]> {
  return page.evaluate<ShownRow[]>(`[...document.querySelectorAll(".events tbody tr")]
    .filter((row) => row.querySelector("a") !== null)
    .map((row) => ({
      position: Number(row.querySelector("a").hash.split("/").at(-1).split("?")[0]),
      recorded: row.querySelector(".event-recorded time").dateTime,
      time: row.querySelector(".event-time time").dateTime,
      type: row.querySelector(".event-type").title,
      subject: row.querySelector(".event-subject").title,
      amount: row.querySelector(".event-amount [data-value]")?.dataset.value ?? null,
    }))`);
}

/** Events of the server, with parameters of `/api/events`. */
export async function askedEvents(origin: string, query: string): Promise<RecordedEvent[]> {
  const { items } = await (await fetch(`${origin}/api/events?${query}`)).json();
  return items;
}

/** The amount that a row is to show of an event; null where its type has none. */
function amountOf({ type, data }: RecordedEvent): string | null {
  const member = {
    "pnl.revenue.totals.observed.v1": "collected",
    "pnl.kalshi.cash.observed.v1": "cash",
    "pnl.kalshi.portfolio.valued.v1": "value",
    "pnl.kalshi.settlement.recorded.v1": "revenue",
  }[String(type)] ?? "amount";
  const value: unknown = Reflect.get(data, member);
  return typeof value === "string" ? value : null;
}

/** An event as its row is to show it. */
export function rowOf(event: RecordedEvent): ShownRow {
  const { sequence, recordedtime, time, type, subject } = event;
  const amount = amountOf(event);
  return { position: Number(sequence), recorded: recordedtime, time, type, subject, amount };
}

/** A trade. */
export function fill(id: string, subject: string, time: string): Candidate {
  return {
    kind: "fact",
    source: "/kalshi",
    id,
    type: "pnl.kalshi.fill.recorded.v1",
    subject,
    time,
    data: {
      fillId: id,
      subaccount: 0,
      outcomeSide: "yes",
      count: "1.00",
      yesPrice: "0.50",
      fee: "0.01",
      taker: true,
    },
  };
}

/** A correction of something. */
export function adjustment(id: string, subject: string, amount: string, reason: string): Candidate {
  return {
    kind: "fact",
    source: "/operator",
    id,
    type: "pnl.adjustment.recorded.v1",
    subject,
    time: "2026-11-22T09:00:00.000Z",
    data: { amount, component: "kalshi", reason, who: "=cmd()" },
  };
}

/** Appends events, and waits until they are folded. */
export async function append(server: TestServer, candidates: readonly Candidate[]): Promise<void> {
  server.log.append(candidates);
  await reached(server.projector, server.log.head().position);
}

/** So many trades of two markets, a second apart. */
export function fills(count: number, from = 0): Candidate[] {
  const start = Date.parse("2026-11-22T08:00:00.000Z");
  return Array.from({ length: count }, (_, index) => {
    const n = from + index;
    return fill(
      `fill-${n}`,
      n % 2 === 0 ? "EVEN" : "ODD",
      new Date(start + n * 1_000).toISOString(),
    );
  });
}

/** The unit "observations": what the venue says of cash, positions and their worth. */
import { z } from "zod";
import type { EventData, ObservationCandidate } from "../pnl/event.ts";
import { decimalText, readEnvelope, shortText } from "./envelope.ts";
import type { CashBySubaccount, KalshiAccounts } from "./kalshi_accounts.ts";
import type { KalshiClient } from "./kalshi_client.ts";

/** The valuation always moves, and the positions are a long list: once a minute is enough of each. */
export const SAMPLE_MS = 60_000;

const POSITION = z.looseObject({
  ticker: shortText,
  position_fp: decimalText,
  market_exposure_dollars: decimalText,
  realized_pnl_dollars: decimalText,
  fees_paid_dollars: decimalText,
});

type Positions = EventData<"pnl.kalshi.positions.observed.v1">["positions"];

/** One reading of what the venue reports. Without positions where they were not due. */
export interface Reading {
  readonly cash: CashBySubaccount;
  readonly positions: ReadonlyMap<number, Positions> | null;
}

/**
 * Reads cash and, where asked, positions of every subaccount.
 *
 * @throws {UpstreamError} also for a single malformed position: half a list would reconcile wrongly
 */
export async function takeReading(
  client: KalshiClient,
  accounts: KalshiAccounts,
  withPositions: boolean,
  signal: AbortSignal,
): Promise<Reading> {
  const cash = await accounts.cash(signal);
  if (!withPositions) return { cash, positions: null };
  const positions = new Map<number, Positions>();
  for (const subaccount of accounts.known) {
    positions.set(subaccount, await readPositions(client, subaccount, signal));
  }
  return { cash, positions };
}

async function readPositions(
  client: KalshiClient,
  subaccount: number,
  signal: AbortSignal,
): Promise<Positions> {
  const query = [["subaccount", String(subaccount)]] as const;
  const byTicker = new Map<string, Positions[number]>();
  for (const { value, path } of await client.list("positions", { signal, query })) {
    const row = readEnvelope(POSITION, value, `/portfolio/positions ${path}`);
    byTicker.set(row.ticker, {
      ticker: row.ticker,
      count: row.position_fp,
      exposure: row.market_exposure_dollars,
      realizedPnl: row.realized_pnl_dollars,
      fees: row.fees_paid_dollars,
    });
  }
  return [...byTicker.values()].sort((a, b) => a.ticker < b.ticker ? -1 : 1);
}

/** What happened between the two readings of a round. */
export interface Bracket {
  /** The reading before the facts; null where it could not be taken. */
  readonly before: Reading | null;
  readonly factsRead: boolean;
  readonly transfersRead: boolean;
}

/**
 * Events of the reading after the facts. Cash is bracketed where both readings agree on every subaccount
 * and all that moves cash was read between them. Positions serve only to be held against the facts: they
 * are offered where both readings agree on all of them.
 *
 * @param time of the reading, as an event takes it
 */
export function readingEvents(
  after: Reading,
  bracket: Bracket,
  time: string,
): ObservationCandidate[] {
  const { before, factsRead, transfersRead } = bracket;
  const cashAgrees = before !== null && same([...before.cash], [...after.cash]);
  const bracketed = cashAgrees && factsRead && transfersRead;
  const events: ObservationCandidate[] = [];
  for (const [subaccount, cash] of after.cash) {
    events.push({
      kind: "observation",
      source: "/kalshi",
      type: "pnl.kalshi.cash.observed.v1",
      subject: String(subaccount),
      time,
      withFacts: true,
      data: { subaccount, cash, bracketed },
    });
  }
  if (after.positions === null || !before?.positions || !factsRead) return events;
  if (!same([...before.positions], [...after.positions])) return events;
  for (const [subaccount, positions] of after.positions) {
    events.push({
      kind: "observation",
      source: "/kalshi",
      type: "pnl.kalshi.positions.observed.v1",
      subject: String(subaccount),
      time,
      withFacts: true,
      data: { subaccount, bracketed: true, positions },
    });
  }
  return events;
}

/**
 * What the venue says the positions of each subaccount are worth.
 *
 * @throws {UpstreamError}
 */
export async function valuationEvents(
  accounts: KalshiAccounts,
  time: string,
  signal: AbortSignal,
): Promise<ObservationCandidate[]> {
  const events: ObservationCandidate[] = [];
  for (const subaccount of accounts.known) {
    events.push({
      kind: "observation",
      source: "/kalshi",
      type: "pnl.kalshi.portfolio.valued.v1",
      subject: String(subaccount),
      time,
      atMostEveryMs: SAMPLE_MS,
      data: { subaccount, value: await accounts.portfolioValue(subaccount, signal) },
    });
  }
  return events;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The venue's own positions. */
import { z } from "zod";
import type { EventData } from "../pnl/event.ts";
import { decimalText, readEnvelope, shortText } from "./envelope.ts";
import type { Asking, KalshiClient } from "./kalshi_client.ts";

const POSITION = z.looseObject({
  ticker: shortText,
  position_fp: decimalText,
  market_exposure_dollars: decimalText,
  realized_pnl_dollars: decimalText,
  fees_paid_dollars: decimalText,
});

/** Positions of one subaccount, sorted by ticker. */
export type Positions = EventData<"pnl.kalshi.positions.observed.v1">["positions"];

/**
 * Reads a subaccount's positions.
 *
 * @throws {UpstreamError} also for a single malformed position: half a list would reconcile wrongly
 */
export async function readPositions(
  client: KalshiClient,
  subaccount: number,
  asking: Asking,
): Promise<Positions> {
  const query = [["subaccount", String(subaccount)]] as const;
  const byTicker = new Map<string, Positions[number]>();
  for (const { value, path } of await client.list("positions", asking, { query })) {
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

/** The unit "transfers": deposits and withdrawals, one fact for each state one was seen in. */
import { z } from "zod";
import type { Clock } from "../pnl/clock.ts";
import type { KalshiClient } from "./kalshi_client.ts";
import { inOrder } from "./kalshi_order.ts";
import { type TimedFact, transferFact } from "./kalshi_rows.ts";
import { readRow } from "./rejection.ts";
import { transferName } from "./row_name.ts";
import type { Poll, PollContext, Rejection } from "./source.ts";

/** Transfers are few: each poll reads the first page, and all of them once an hour. */
const WHOLE_EVERY_MS = 3_600_000;

const CURSOR = z.object({ v: z.literal(1), wholeAt: z.number() });

const KINDS = [
  { kind: "deposit", list: "deposits" },
  { kind: "withdrawal", list: "withdrawals" },
] as const;

/**
 * Polls deposits and withdrawals.
 *
 * @returns the facts in order of time, then id
 * @throws {UpstreamError}
 */
export async function pollTransfers(
  client: KalshiClient,
  clock: Clock,
  context: PollContext,
): Promise<Poll> {
  const now = clock.now();
  const parsed = CURSOR.safeParse(context.cursor === null ? null : JSON.parse(context.cursor));
  const wholeAt = parsed.success ? parsed.data.wholeAt : null;
  const whole = wholeAt === null || now - wholeAt >= WHOLE_EVERY_MS || wholeAt > now;
  const facts: TimedFact[] = [];
  const rejected: Rejection[] = [];
  for (const { kind, list } of KINDS) {
    const rows = await client.list(list, context, whole ? {} : { pages: 1 });
    const naming = { field: "id", named: (id: string) => transferName(kind, id) };
    for (const row of rows) {
      const taken = readRow(() => transferFact(kind, row.value, now), row, naming);
      if ("value" in taken) facts.push(taken.value);
      else rejected.push(taken.rejection);
    }
  }
  return {
    events: inOrder(facts),
    rejected,
    cursor: JSON.stringify({ v: 1, wholeAt: whole ? now : wholeAt }),
    backfilled: wholeAt === null,
  };
}

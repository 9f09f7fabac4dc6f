/** The source "anthropic": what API use costs, by UTC day. */
import { z } from "zod";
import type { Clock } from "../pnl/clock.ts";
import type { ObservationCandidate } from "../pnl/event.ts";
import { type DayCost, readCosts } from "./anthropic_costs.ts";
import { HttpClient, type HttpClientOptions } from "./http_client.ts";
import type { Poll, PollContext, Source } from "./source.ts";

const DAY_MS = 86_400_000;
/** Days before the last one read that each poll reads again: recent days still change. */
const TRAILING_DAYS = 3;

/** Options of {@link anthropicSource}. */
export interface AnthropicOptions {
  readonly baseUrl: string;
  /** An Admin API key of the organization. */
  readonly adminKey: string;
  readonly intervalMs: number;
  /** Per attempt; default 10,000. */
  readonly timeoutMs?: number;
  readonly clock: Clock;
  /** First UTC day to read, `YYYY-MM-DD`; default 1 January of this year. */
  readonly since?: string | null;
  /** What the log is bound to in place of the base URL's origin, such as `sandbox`. */
  readonly origin?: string;
  /** The operator's own label of the organization; default `default`. */
  readonly account?: string;
  /** Retries of a request. */
  readonly retry?: HttpClientOptions["retry"];
}

const CURSOR = z.object({
  v: z.literal(1),
  /** UTC day of the last poll. */
  day: z.string(),
  /** Days observed that may still be read again: one whose cost went back to nothing is told of. */
  seen: z.array(z.string()),
  /** UTC hour for which today's costs were last told by description. */
  hour: z.string(),
});

/**
 * Anthropic's cost report as a source. Its one unit, `costs`, observes each day's cost: on the first poll
 * every day with costs since `since`, and today's also where it is nothing yet; then a trailing window.
 * Today's cost comes by description once an hour, a closed day's always.
 */
export function anthropicSource(options: AnthropicOptions): Source {
  const http = new HttpClient({
    baseUrl: options.baseUrl,
    clock: options.clock,
    headers: () => ({ "x-api-key": options.adminKey, "anthropic-version": "2023-06-01" }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.retry === undefined ? {} : { retry: options.retry }),
  });
  const since = () => options.since ?? `${utcDay(options.clock.now()).slice(0, 4)}-01-01`;
  return {
    name: "anthropic",
    source: "/anthropic",
    intervalMs: options.intervalMs,
    dateAgreedAt: () => http.dateAgreedAt,
    units: [{
      name: "costs",
      poll: (context) => pollCosts(http, options.clock, context.since ?? since(), context),
    }],
    binding: () =>
      Promise.resolve({
        origin: options.origin ?? new URL(options.baseUrl).origin,
        account: options.account ?? "default",
        since: since(),
      }),
  };
}

async function pollCosts(
  http: HttpClient,
  clock: Clock,
  since: string,
  context: PollContext,
): Promise<Poll> {
  const now = clock.now();
  const today = utcDay(now);
  const parsed = CURSOR.safeParse(context.cursor === null ? null : JSON.parse(context.cursor));
  const cursor = parsed.success ? parsed.data : null;
  const trailing = cursor === null ? since : later(since, daysBefore(cursor.day, TRAILING_DAYS));
  // A first day in the future, or a clock set back, leaves today as the only day.
  const from = earlier(trailing, today);
  const { days, rejected } = await readCosts(http, {
    from,
    until: daysBefore(today, -1),
    signal: context.signal,
    progress: (rows) => context.progress(rows),
  });
  const hour = new Date(now).toISOString().slice(0, 13);
  const seen = new Set(cursor?.seen);
  const told = days.filter((each) =>
    each.day === today || seen.has(each.day) || each.byDescription.length > 0
  );
  const events = told.map((each) =>
    observed(each, new Date(now).toISOString(), each.day !== today || cursor?.hour !== hour)
  );
  const oldest = daysBefore(today, TRAILING_DAYS);
  const next: z.infer<typeof CURSOR> = {
    v: 1,
    day: today,
    seen: told.map(({ day }) => day).filter((day) => day >= oldest),
    // An hour counts as told once today's bucket was there.
    hour: told.some(({ day }) => day === today) ? hour : cursor?.hour ?? "",
  };
  return { events, rejected, cursor: JSON.stringify(next), backfilled: cursor === null };
}

function observed(cost: DayCost, time: string, byDescription: boolean): ObservationCandidate {
  return {
    kind: "observation",
    source: "/anthropic",
    type: "pnl.anthropic.cost.observed.v1",
    subject: cost.day,
    time,
    data: {
      day: cost.day,
      amount: cost.amount,
      ...(byDescription ? { byDescription: [...cost.byDescription] } : {}),
    },
  };
}

function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function daysBefore(day: string, days: number): string {
  return utcDay(Date.parse(`${day}T00:00:00.000Z`) - days * DAY_MS);
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}

function earlier(a: string, b: string): string {
  return a < b ? a : b;
}

/** Anthropic's cost report: buckets of UTC days, amounts in cents with fractions. */
import { z } from "zod";
import type { EventData } from "../pnl/event.ts";
import { cutText } from "./cut_text.ts";
import { shiftPoint, sumDecimals } from "./decimal_text.ts";
import { decimalText, readEnvelope } from "./envelope.ts";
import type { HttpClient, Query } from "./http_client.ts";
import { pages } from "./pages.ts";
import { readRow } from "./rejection.ts";
import { RowError } from "./row_error.ts";
import { type Rejection, UpstreamError } from "./source.ts";
import { readRfc3339 } from "./upstream_time.ts";

const PATH = "/v1/organizations/cost_report";
/** Days a page, the endpoint's maximum. */
const PAGE_LIMIT = "31";
/** About 85 years of days. */
const MAX_PAGES = 1_000;
/** The first day of the report that still is within the calendar of an event. */
const ANY_TIME = Number.MAX_SAFE_INTEGER;

const REPORT = z.looseObject({
  data: z.array(z.looseObject({ starting_at: z.string(), results: z.array(z.unknown()) })),
  has_more: z.boolean(),
  next_page: z.string().min(1).max(4_096).nullish(),
});

const RESULT = z.looseObject({
  currency: z.string(),
  amount: decimalText,
  description: z.string().nullish(),
});

type Costs = NonNullable<EventData<"pnl.anthropic.cost.observed.v1">["byDescription"]>;

/** The cost of one UTC day in dollars. */
export interface DayCost {
  readonly day: string;
  readonly amount: string;
  /** Sorted by description. */
  readonly byDescription: Costs;
}

/** What the report said. */
export interface CostReport {
  /** Oldest first; a day without costs has the amount 0. A day that is not here is not known. */
  readonly days: readonly DayCost[];
  readonly rejected: readonly Rejection[];
}

/** Which days to read, and whom to tell of progress. */
export interface CostQuery {
  /** First UTC day. */
  readonly from: string;
  /** The UTC day after the last. */
  readonly until: string;
  readonly signal: AbortSignal;
  readonly progress: (rows: number) => void;
}

/**
 * Reads the costs of days, by description. A result that cannot be read, or is not in US dollars, is
 * rejected and its day goes on without it.
 *
 * @throws {UpstreamError}
 */
export async function readCosts(http: HttpClient, query: CostQuery): Promise<CostReport> {
  const rejected: Rejection[] = [];
  const days = new Map<string, DayCost>();
  const read = async (mark: string | null) => {
    const report = readEnvelope(
      REPORT,
      await http.getJson(PATH, parameters(query, mark), query.signal),
      PATH,
    );
    const next = report.has_more ? report.next_page ?? null : null;
    if (report.has_more && next === null) {
      throw new UpstreamError("malformed", `${PATH} has more pages but names none`, {
        path: "next_page",
      });
    }
    return { rows: report.data, next };
  };
  for await (const buckets of pages(PATH, read, MAX_PAGES)) {
    for (const bucket of buckets) {
      const day = bucketDay(bucket.starting_at);
      days.set(day, dayCost(day, bucket.results, rejected));
    }
    query.progress(buckets.length);
  }
  const inOrder = [...days.values()].sort((a, b) => a.day < b.day ? -1 : 1);
  return { days: inOrder, rejected };
}

function parameters(query: CostQuery, mark: string | null): Query {
  return [
    ["starting_at", `${query.from}T00:00:00Z`],
    ["ending_at", `${query.until}T00:00:00Z`],
    ["bucket_width", "1d"],
    ["group_by[]", "description"],
    ["limit", PAGE_LIMIT],
    ...(mark === null ? [] : [["page", mark] as const]),
  ];
}

function bucketDay(startingAt: string): string {
  const schema = z.string().transform((text, context) => {
    try {
      return readRfc3339(text, ANY_TIME).time;
    } catch (error) {
      context.addIssue({ code: "custom", message: String(error) });
      return z.NEVER;
    }
  }).refine((time) => time.endsWith("T00:00:00.000Z"), "is not the start of a UTC day");
  return readEnvelope(schema, startingAt, `${PATH} data[].starting_at`).slice(0, 10);
}

function dayCost(day: string, results: readonly unknown[], rejected: Rejection[]): DayCost {
  const amounts = new Map<string, string[]>();
  for (const [index, value] of results.entries()) {
    const row = { path: `data[${day}].results[${index}]`, value };
    const taken = readRow(() => readResult(value), row, null);
    if ("rejection" in taken) {
      // Not by the row's hash: its amount grows all day, and it is to be recorded once.
      rejected.push({ ...taken.rejection, identity: `${day}/${descriptionOf(value) ?? index}` });
      continue;
    }
    const { description, amount } = taken.value;
    amounts.set(description, [...amounts.get(description) ?? [], amount]);
  }
  const byDescription = [...amounts]
    .map(([description, each]) => ({ description, amount: sumDecimals(each) }))
    .sort((a, b) => a.description < b.description ? -1 : 1);
  return { day, amount: sumDecimals(byDescription.map(({ amount }) => amount)), byDescription };
}

function descriptionOf(value: unknown): string | null {
  const parsed = z.looseObject({ description: z.string().min(1) }).safeParse(value);
  return parsed.success ? cutText(parsed.data.description, 300) : null;
}

function readResult(value: unknown): { readonly description: string; readonly amount: string } {
  const result = RESULT.parse(value);
  if (result.currency.toUpperCase() !== "USD") {
    const named = /^[A-Za-z]{3}$/.test(result.currency) ? `: ${result.currency}` : "";
    throw new RowError("currency", `is not USD${named}`);
  }
  return {
    description: cutText(result.description ?? "", 500) || "(none)",
    amount: dollars(result.amount),
  };
}

/** @throws {RowError} where the cents take more decimals as dollars than an event may hold */
function dollars(cents: string): string {
  try {
    return shiftPoint(cents, -2);
  } catch (error) {
    if (error instanceof RangeError) throw new RowError("amount", "has too many decimals");
    throw error;
  }
}

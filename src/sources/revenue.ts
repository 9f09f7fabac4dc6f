/** The source "revenue": the lifetime totals of the business's own billing service. */
import { z } from "zod";
import type { Clock } from "../pnl/clock.ts";
import { decimalText, readEnvelope } from "./envelope.ts";
import { HttpClient, type HttpClientOptions } from "./http_client.ts";
import type { Source } from "./source.ts";

const PATH = "/api/revenue";

/** Options of {@link revenueSource}. */
export interface RevenueOptions {
  /** Origin of the service; `/api/revenue` is appended. */
  readonly baseUrl: string;
  /** Sent as a bearer where there is one. */
  readonly token?: string | null;
  readonly intervalMs: number;
  /** Per attempt; default 10,000. */
  readonly timeoutMs?: number;
  readonly clock: Clock;
  /** What the log is bound to in place of the base URL's origin, such as `sandbox`. */
  readonly origin?: string;
  /** The operator's own label of the account; default `default`. */
  readonly account?: string;
  /** Retries of a request. */
  readonly retry?: HttpClientOptions["retry"];
}

const amount = decimalText.refine((text) => !text.startsWith("-"), "is negative");
/** Dollars, as JSON numbers or as decimal strings. */
const TOTALS = z.looseObject({ invoiced: amount, collected: amount });

/** The billing service as a source. Its one unit, `totals`, observes what was invoiced and collected. */
export function revenueSource(options: RevenueOptions): Source {
  const token = options.token ?? "";
  const http = new HttpClient({
    baseUrl: options.baseUrl,
    clock: options.clock,
    headers: () => token === "" ? {} : { authorization: `Bearer ${token}` },
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.retry === undefined ? {} : { retry: options.retry }),
  });
  return {
    name: "revenue",
    source: "/revenue",
    intervalMs: options.intervalMs,
    dateAgreedAt: () => http.dateAgreedAt,
    units: [{
      name: "totals",
      poll: async ({ signal }) => {
        const { invoiced, collected } = readEnvelope(
          TOTALS,
          await http.getJson(PATH, [], signal),
          PATH,
        );
        return {
          events: [{
            kind: "observation",
            source: "/revenue",
            type: "pnl.revenue.totals.observed.v1",
            subject: "totals",
            time: new Date(options.clock.now()).toISOString(),
            data: { invoiced, collected },
          }],
          rejected: [],
          // Every answer is whole: there is nothing to go on from.
          cursor: "1",
          backfilled: true,
        };
      },
    }],
    binding: () =>
      Promise.resolve({
        origin: options.origin ?? new URL(options.baseUrl).origin,
        account: options.account ?? "default",
        since: null,
      }),
  };
}

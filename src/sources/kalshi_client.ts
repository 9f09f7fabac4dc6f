/** Kalshi's trade API v2 as the source reads it: signed requests and guarded pages. */
import { z } from "zod";
import { readEnvelope } from "./envelope.ts";
import type { HttpClient, Query } from "./http_client.ts";
import { pages } from "./pages.ts";
import { type PollContext, UpstreamError } from "./source.ts";

/** Rows a page, where the endpoint allows that many. */
const PAGE_LIMIT = 1_000;
/** Two million rows: what one list may bring in one poll. */
const MAX_PAGES = 2_000;

/** Empty, null or absent on the last page. */
const CURSOR = z.looseObject({ cursor: z.string().max(4_096).nullish() });

/** Lists of rows: the path, the field that holds the rows, and the endpoint's own maximum a page. */
const LISTS = {
  fills: { path: "/portfolio/fills", field: "fills", limit: PAGE_LIMIT },
  historicalFills: { path: "/historical/fills", field: "fills", limit: PAGE_LIMIT },
  settlements: { path: "/portfolio/settlements", field: "settlements", limit: PAGE_LIMIT },
  positions: { path: "/portfolio/positions", field: "market_positions", limit: PAGE_LIMIT },
  deposits: { path: "/portfolio/deposits", field: "deposits", limit: 500 },
  withdrawals: { path: "/portfolio/withdrawals", field: "withdrawals", limit: 500 },
} as const;

/** A list of the API. */
export type KalshiList = keyof typeof LISTS;

/** What ends a reading, and what hears that it goes on: every answer counts, and every row. */
export type Asking = Pick<PollContext, "signal" | "progress">;

/** What one reading of a list is bounded by. */
export interface ReadListOptions {
  /** Filters; sent again with every page. */
  readonly query?: Query;
  /** Stop after this many pages; default until the end. */
  readonly pages?: number;
}

/** Rows of a list, as sent, numbers as text. */
export interface ListedRow {
  /** Where it stood, such as `fills[3]`. */
  readonly path: string;
  readonly value: unknown;
}

/** Reads Kalshi's API. */
export class KalshiClient {
  readonly #http: HttpClient;

  /** @param http a client whose headers sign each attempt */
  constructor(http: HttpClient) {
    this.#http = http;
  }

  /**
   * One answer, its envelope checked.
   *
   * @throws {UpstreamError}
   */
  async get<T extends z.ZodType>(
    path: string,
    schema: T,
    asking: Asking,
    query: Query = [],
  ): Promise<z.infer<T>> {
    return readEnvelope(schema, await this.#answer(path, query, asking), path);
  }

  /**
   * All rows of a list.
   *
   * @throws {UpstreamError}
   */
  async list(
    name: KalshiList,
    asking: Asking,
    options: ReadListOptions = {},
  ): Promise<ListedRow[]> {
    const { path, field, limit } = LISTS[name];
    const schema = z.looseObject({ [field]: z.array(z.unknown()) });
    const read = async (mark: string | null) => {
      const query: Query = [
        ["limit", String(limit)],
        ...(options.query ?? []),
        ...(mark === null ? [] : [["cursor", mark] as const]),
      ];
      const answer = await this.#answer(path, query, asking);
      const { cursor } = readEnvelope(CURSOR, answer, path);
      return { rows: readEnvelope(schema, answer, path)[field]!, next: cursor || null };
    };
    const rows: ListedRow[] = [];
    let count = 0;
    for await (const page of pages(path, read, MAX_PAGES)) {
      for (const [index, value] of page.entries()) rows.push({ path: `${field}[${index}]`, value });
      asking.progress(page.length);
      if (++count === options.pages) break;
    }
    return rows;
  }

  /** A refusal is an answer too: it is failures without one that make no progress. */
  async #answer(path: string, query: Query, { signal, progress }: Asking): Promise<unknown> {
    try {
      const answer = await this.#http.getJson(path, query, signal);
      progress(0);
      return answer;
    } catch (error) {
      if (error instanceof UpstreamError && error.facts.status !== undefined) progress(0);
      throw error;
    }
  }
}

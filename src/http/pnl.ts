/** `/api/pnl/…`: the current snapshot, its history and its breakdown. */
import type { Context } from "hono";
import { z } from "zod";
import { formatStreamPosition } from "../projection/frame.ts";
import { NotOnThisNodeError } from "../projection/open_edge_read_path.ts";
import { InvalidCursorError, parseCursor } from "../projection/page_cursor.ts";
import type { HistoryQuery } from "../projection/projection.ts";
import { BREAKDOWN, CURRENT, historyKey } from "../projection/read_model.ts";
import type { Answer } from "../projection/tier.ts";
import type { AppDeps } from "./deps.ts";
import { entityTag, matches } from "./entity_tag.ts";
import { untilFolded } from "./min_position.ts";
import { notOnThisNode } from "./not_on_this_node.ts";
import { HttpProblem } from "./problem.ts";
import { NO_PARAMETERS, readQuery, timeParameter, wholeParameter } from "./query.ts";
import { reply, replyJson } from "./reply.ts";
import type { Routes } from "./routes.ts";

const CACHE_CONTROL = "private, no-cache";

const CURRENT_QUERY = z.object({
  minPosition: wholeParameter(1, Number.MAX_SAFE_INTEGER).optional(),
});

const HISTORY_QUERY = z.object({
  from: timeParameter.optional(),
  to: timeParameter.optional(),
  resolution: z.enum(["raw", "1m", "1h", "1d"], "is not one of raw, 1m, 1h, 1d").default("raw"),
  limit: wholeParameter(1, 1_000).default(100),
  cursor: z.string().max(100, "is too long").optional(),
});

/** A question to history, from the query. */
function historyQuery(c: Context): HistoryQuery {
  const { from, to, resolution, limit, cursor } = readQuery(c, HISTORY_QUERY);
  if (cursor !== undefined) {
    try {
      parseCursor(resolution, cursor);
    } catch (error) {
      if (!(error instanceof InvalidCursorError)) throw error;
      throw new HttpProblem(
        "bad_parameter",
        'Parameter "cursor" is not one that a page of this resolution gave.',
        { parameter: "cursor" },
      );
    }
  }
  return {
    resolution,
    limit,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** @throws {HttpProblem} `not_on_this_node` on an edge */
async function readHistory(deps: AppDeps, query: HistoryQuery): Promise<Answer> {
  try {
    return await deps.readPath.read(historyKey(query));
  } catch (error) {
    throw error instanceof NotOnThisNodeError ? notOnThisNode(deps) : error;
  }
}

/** Dresses answers; requests within the same millisecond that get the same entry share the work. */
class Dresser {
  readonly #deps: AppDeps;
  #answer: Answer | null = null;
  #at = NaN;
  #json = "";

  constructor(deps: AppDeps) {
    this.#deps = deps;
  }

  dress(answer: Answer): string {
    const now = this.#deps.clock.now();
    const { from, entry } = answer;
    const same = now === this.#at && this.#answer?.from === from &&
      this.#answer.entry.json === entry.json && this.#answer.entry.offset === entry.offset;
    if (!same) {
      this.#json = this.#deps.serve(entry, from);
      this.#answer = answer;
      this.#at = now;
    }
    return this.#json;
  }
}

/** Registers the routes. */
export function pnlRoutes(routes: Routes, deps: AppDeps): void {
  const dresser = new Dresser(deps);

  routes.get("/api/pnl/current", async (c) => {
    if (c.req.raw.url.includes("?")) {
      const { minPosition } = readQuery(c, CURRENT_QUERY);
      if (minPosition !== undefined) await untilFolded(deps, minPosition);
    }
    const answer = await deps.readPath.read(CURRENT);
    const etag = entityTag(formatStreamPosition(answer.entry));
    const fields = { etag, "cache-control": CACHE_CONTROL };
    if (matches(c, etag)) return reply(c, 304, null, fields);
    return replyJson(c, dresser.dress(answer), fields);
  });

  routes.get("/api/pnl/breakdown", async (c) => {
    readQuery(c, NO_PARAMETERS);
    const { entry, from } = await deps.readPath.read(BREAKDOWN);
    return replyJson(c, deps.serve(entry, from), { "cache-control": CACHE_CONTROL });
  });

  routes.get("/api/pnl/history", async (c) => {
    const { entry, from } = await readHistory(deps, historyQuery(c));
    return replyJson(c, deps.serve(entry, from), { "cache-control": CACHE_CONTROL });
  });
}

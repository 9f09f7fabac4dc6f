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
import { reply, replyJson, SharedJsonReply } from "./reply.ts";
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

/** Answers with the current snapshot; requests within the same millisecond share the work. */
class CurrentReplies {
  readonly #deps: AppDeps;
  #answer: Answer | null = null;
  #at = NaN;
  #shared: SharedJsonReply | null = null;

  constructor(deps: AppDeps) {
    this.#deps = deps;
  }

  /** The response with what the read path answered. */
  reply(c: Context, answer: Answer): Response {
    const etag = entityTag(formatStreamPosition(answer.entry));
    const fields = { etag, "cache-control": CACHE_CONTROL };
    if (matches(c, etag)) return reply(c, 304, null, fields);
    const now = this.#deps.clock.now();
    if (this.#shared === null || now !== this.#at || !this.#isLast(answer)) {
      this.#shared = new SharedJsonReply(this.#deps.serve(answer.entry, answer.from), fields);
      this.#answer = answer;
      this.#at = now;
    }
    return this.#shared.to(c);
  }

  /** True where the last answer was of the same entry, from the same tier. */
  #isLast({ from, entry }: Answer): boolean {
    const last = this.#answer;
    return last?.from === from && last.entry.epoch === entry.epoch &&
      last.entry.offset === entry.offset && last.entry.json === entry.json;
  }
}

/** Registers the routes. */
export function pnlRoutes(routes: Routes, deps: AppDeps): void {
  const replies = new CurrentReplies(deps);
  const current = (c: Context) => {
    const answer = deps.readPath.read(CURRENT);
    if (!(answer instanceof Promise)) return replies.reply(c, answer);
    return answer.then((late) => replies.reply(c, late));
  };

  routes.get("/api/pnl/current", (c) => {
    if (!c.req.raw.url.includes("?")) return current(c);
    const { minPosition } = readQuery(c, CURRENT_QUERY);
    if (minPosition === undefined) return current(c);
    return untilFolded(deps, minPosition).then(() => current(c));
  });

  routes.get("/api/pnl/breakdown", async (c) => {
    readQuery(c, NO_PARAMETERS);
    const { entry, from } = await deps.readPath.read(BREAKDOWN);
    const isOld = entry.offset < (deps.projection.current()?.offset ?? 0);
    return replyJson(c, deps.serve(entry, from, isOld), { "cache-control": CACHE_CONTROL });
  });

  routes.get("/api/pnl/history", async (c) => {
    const { entry, from } = await readHistory(deps, historyQuery(c));
    return replyJson(c, deps.serve(entry, from), { "cache-control": CACHE_CONTROL });
  });
}

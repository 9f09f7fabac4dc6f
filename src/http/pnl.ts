/** `/api/pnl/…`: the current snapshot, its history and its breakdown. */
import type { Context } from "hono";
import { formatStreamPosition } from "../projection/frame.ts";
import { NotOnThisNodeError } from "../projection/open_edge_read_path.ts";
import type { HistoryQuery } from "../projection/projection.ts";
import { BREAKDOWN, CURRENT, historyKey } from "../projection/read_model.ts";
import type { Answer } from "../projection/tier.ts";
import { BREAKDOWN_OF_CURRENT, CURRENT_SNAPSHOT, HISTORY } from "./api/pnl_doc.ts";
import type { AppDeps } from "./deps.ts";
import { entityTag, matches } from "./entity_tag.ts";
import { historyQuestion } from "./history_query.ts";
import { untilFolded } from "./min_position.ts";
import { notOnThisNode } from "./not_on_this_node.ts";
import { reply, replyJson, SharedJsonReply } from "./reply.ts";
import type { Routes } from "./routes.ts";

const CACHE_CONTROL = "private, no-cache";

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

  routes.get("/api/pnl/current", CURRENT_SNAPSHOT, (c, query) => {
    if (!c.req.raw.url.includes("?")) return current(c);
    const { minPosition } = query();
    if (minPosition === undefined) return current(c);
    return untilFolded(deps, minPosition).then(() => current(c));
  });

  routes.get("/api/pnl/breakdown", BREAKDOWN_OF_CURRENT, async (c, query) => {
    query();
    const { entry, from } = await deps.readPath.read(BREAKDOWN);
    const isOld = entry.offset < (deps.projection.current()?.offset ?? 0);
    return replyJson(c, deps.serve(entry, from, isOld), { "cache-control": CACHE_CONTROL });
  });

  routes.get("/api/pnl/history", HISTORY, async (c, query) => {
    const { entry, from } = await readHistory(deps, historyQuestion(query()));
    return replyJson(c, deps.serve(entry, from), { "cache-control": CACHE_CONTROL });
  });
}

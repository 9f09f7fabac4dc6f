/** `/api/events`: the log as it stands, line by line. */
import type { Context } from "hono";
import { z } from "zod";
import type { EventLog, LogLine, ReadOptions } from "../log/event_log.ts";
import { EVENT_FILTERS } from "../stream/event_filters.ts";
import { chooseType } from "./accept.ts";
import type { AppDeps } from "./deps.ts";
import { matches } from "./entity_tag.ts";
import { ndjson } from "./ndjson.ts";
import { notOnThisNode } from "./not_on_this_node.ts";
import { HttpProblem } from "./problem.ts";
import { given, NO_PARAMETERS, readQuery, timeParameter, wholeParameter } from "./query.ts";
import { JSON_TYPE, reply } from "./reply.ts";
import type { Routes } from "./routes.ts";

const JSON_PAGE = "application/json";
const NDJSON = "application/x-ndjson";
const BATCH = "application/cloudevents-batch+json";
const OFFERED = [JSON_PAGE, NDJSON, BATCH] as const;

const MAX_PAGE = 1_000;
const DEFAULT_PAGE = 100;

const QUERY = z.object({
  ...EVENT_FILTERS,
  from: timeParameter.optional(),
  to: timeParameter.optional(),
  recordedFrom: timeParameter.optional(),
  recordedTo: timeParameter.optional(),
  after: wholeParameter(0, Number.MAX_SAFE_INTEGER).optional(),
  limit: wholeParameter(1, Number.MAX_SAFE_INTEGER).optional(),
});

type Query = z.output<typeof QUERY>;

function readOptions(query: Query): ReadOptions {
  const { from, to, limit: _, ...same } = query;
  return given({ ...same, timeFrom: from, timeTo: to });
}

function pageLimit(query: Query): number {
  const limit = query.limit ?? DEFAULT_PAGE;
  if (limit <= MAX_PAGE) return limit;
  throw new HttpProblem(
    "bad_parameter",
    `Parameter "limit" is not between 1 and ${MAX_PAGE}; ${NDJSON} has no bound.`,
    { parameter: "limit" },
  );
}

/** @throws {HttpProblem} `not_on_this_node` on an edge */
function theLog(deps: AppDeps): EventLog {
  if (deps.log === null) throw notOnThisNode(deps);
  return deps.log;
}

/** A page, and the position after which the next one begins; null where nothing more is there now. */
function readPage(log: EventLog, query: Query): { lines: LogLine[]; nextAfter: number | null } {
  const limit = pageLimit(query);
  const found = log.read({ ...readOptions(query), limit: limit + 1 });
  const lines = found.slice(0, limit);
  const nextAfter = found.length > limit ? lines.at(-1)?.position ?? null : null;
  return { lines, nextAfter };
}

/** The link to the next page (RFC 8288). */
function nextLink(c: Context, nextAfter: number): string {
  const url = new URL(c.req.url);
  url.searchParams.set("after", String(nextAfter));
  return `<${url.pathname}${url.search}>; rel="next"`;
}

function page(c: Context, log: EventLog, query: Query, batch: boolean): Response {
  const { lines, nextAfter } = readPage(log, query);
  const items = `[${lines.map(({ line }) => line).join(",")}]`;
  return reply(c, 200, batch ? items : `{"items":${items},"nextAfter":${nextAfter}}`, {
    "content-type": batch ? BATCH : JSON_TYPE,
    vary: "Accept",
    ...(nextAfter === null ? {} : { link: nextLink(c, nextAfter) }),
  });
}

function one(c: Context, deps: AppDeps): Response {
  readQuery(c, NO_PARAMETERS);
  const log = theLog(deps);
  const position = Number(c.req.param("position"));
  const [found] = Number.isSafeInteger(position) && position > 0
    ? log.read({ after: position - 1, to: position, limit: 1 })
    : [];
  if (found === undefined) {
    throw new HttpProblem("not_found", "The log has no event at this position.");
  }
  const tag = `"${log.id}:${position}"`;
  const fields = { etag: tag, "cache-control": "private, no-cache" };
  if (matches(c, tag)) return reply(c, 304, null, fields);
  return reply(c, 200, found.line, {
    "content-type": "application/cloudevents+json; charset=utf-8",
    ...fields,
  });
}

/** Registers the routes. */
export function eventRoutes(routes: Routes, deps: AppDeps): void {
  routes.get("/api/events", (c) => {
    const query = readQuery(c, QUERY);
    const type = chooseType(c.req.raw.headers.get("accept"), OFFERED);
    if (type === null) {
      throw new HttpProblem("not_acceptable", `Events are served as ${OFFERED.join(", ")}.`);
    }
    const log = theLog(deps);
    if (type !== NDJSON) return page(c, log, query, type === BATCH);
    const body = c.req.method === "HEAD"
      ? null
      : ndjson(log, readOptions(query), query.limit ?? Infinity);
    return reply(c, 200, body, { "content-type": NDJSON, vary: "Accept" });
  });
  routes.get("/api/events/:position{[0-9]{1,16}}", (c) => one(c, deps));
}

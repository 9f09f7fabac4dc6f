/** `/api/events`: the log as it stands, line by line. */
import type { Context } from "hono";
import type { EventLog, LogLine } from "../log/event_log.ts";
import { leafHash } from "../log/merkle.ts";
import { chooseType } from "./accept.ts";
import { EVENT_LIST, FACETS, ONE_EVENT } from "./api/events_doc.ts";
import type { AppDeps } from "./deps.ts";
import { matches } from "./entity_tag.ts";
import { type EventsQuery, pageLimit, readOptions } from "./events_query.ts";
import { EventFacets } from "./events_facets.ts";
import { eventsText, TEXT_TYPES, type TextFormat } from "./events_text.ts";
import { notOnThisNode } from "./not_on_this_node.ts";
import { HttpProblem } from "./problem.ts";
import { type HeaderFields, JSON_TYPE, reply, replyJson } from "./reply.ts";
import type { Routes } from "./routes.ts";

const JSON_PAGE = "application/json";
const BATCH = "application/cloudevents-batch+json";
/** What a client may ask for by `Accept`, and what it gets: a page, or a text of all. */
const OFFERED = [JSON_PAGE, TEXT_TYPES.ndjson, BATCH, "text/csv"] as const;

/** @throws {HttpProblem} `not_on_this_node` on an edge */
function theLog(deps: AppDeps): EventLog {
  if (deps.log === null) throw notOnThisNode(deps);
  return deps.log;
}

/** A page, and the position beyond which the next one begins; null where nothing more is there now. */
function readPage(log: EventLog, query: EventsQuery): { lines: LogLine[]; next: number | null } {
  const limit = pageLimit(query);
  const found = log.read({ ...readOptions(query), limit: limit + 1 });
  const lines = found.slice(0, limit);
  return { lines, next: found.length > limit ? lines.at(-1)?.position ?? null : null };
}

/** The link to the next page (RFC 8288). */
function nextLink(c: Context, parameter: "after" | "before", next: number): string {
  const url = new URL(c.req.url);
  url.searchParams.set(parameter, String(next));
  return `<${url.pathname}${url.search}>; rel="next"`;
}

function page(c: Context, log: EventLog, query: EventsQuery, batch: boolean): Response {
  const { lines, next } = readPage(log, query);
  const [parameter, member] = query.order === "desc"
    ? ["before", "nextBefore"] as const
    : ["after", "nextAfter"] as const;
  const items = `[${lines.map(({ line }) => line).join(",")}]`;
  return reply(c, 200, batch ? items : `{"items":${items},"${member}":${next}}`, {
    "content-type": batch ? BATCH : JSON_TYPE,
    vary: "Accept",
    ...(next === null ? {} : { link: nextLink(c, parameter, next) }),
  });
}

/** All that the filters let through, as it is read. */
function text(
  c: Context,
  deps: AppDeps,
  query: EventsQuery,
  format: TextFormat,
  fields: HeaderFields,
): Response {
  const body = c.req.method === "HEAD"
    ? null
    : eventsText(theLog(deps), readOptions(query), query.limit ?? Infinity, format, deps.clock);
  return reply(c, 200, body, { "content-type": TEXT_TYPES[format], ...fields });
}

/** A file for whoever follows a link: its name says whose events they are, and up to which position. */
function download(c: Context, deps: AppDeps, query: EventsQuery, format: TextFormat): Response {
  const log = theLog(deps);
  const parts = [
    "pnl-events",
    ...(deps.mode() === "sandbox" ? ["sandbox"] : []),
    ...(query.source === undefined ? [] : [query.source.slice(1)]),
    `to-${Math.min(log.head().position, (query.before ?? Infinity) - 1)}`,
  ];
  const disposition = `attachment; filename="${parts.join("-")}.${format}"`;
  return text(c, deps, query, format, { "content-disposition": disposition });
}

function events(c: Context, deps: AppDeps, query: EventsQuery): Response {
  if (query.format !== undefined) return download(c, deps, query, query.format);
  const type = chooseType(c.req.raw.headers.get("accept"), OFFERED);
  if (type === null) {
    throw new HttpProblem("not_acceptable", `Events are served as ${OFFERED.join(", ")}.`);
  }
  const log = theLog(deps);
  if (type === JSON_PAGE || type === BATCH) return page(c, log, query, type === BATCH);
  return text(c, deps, query, type === "text/csv" ? "csv" : "ndjson", { vary: "Accept" });
}

function one(c: Context, deps: AppDeps): Response {
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
    "leaf-hash": `sha256:${leafHash(found.line)}`,
    ...fields,
  });
}

/** Registers the routes. */
export function eventRoutes(routes: Routes, deps: AppDeps): void {
  const facets = deps.log === null ? null : new EventFacets(deps.log, deps.clock);
  routes.get("/api/events", EVENT_LIST, (c, query) => events(c, deps, query()));
  routes.get("/api/events/facets", FACETS, async (c, query) => {
    query();
    if (facets === null) throw notOnThisNode(deps);
    return replyJson(c, JSON.stringify(await facets.read()));
  });
  routes.get("/api/events/:position{[0-9]{1,16}}", ONE_EVENT, (c, query) => {
    query();
    return one(c, deps);
  });
}

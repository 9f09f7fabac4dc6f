/** The stand-in for Anthropic's Admin API: the cost report. */
import type { Account } from "./account.ts";
import { COST_LINES, type CostLine } from "./costs.ts";
import { uuidOf } from "./random.ts";
import { type Ask, json, type Protocol, type Reply } from "./reply.ts";
import { trimmed } from "./units.ts";

const PATH = "/v1/organizations/cost_report";
const VERSIONS = ["2023-06-01", "2026-10-21"];
const DAY_MS = 86_400_000;
const RFC3339 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?$/;
const STATUS = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  rate_limit_error: 429,
  api_error: 500,
} as const;

/** A request that the report cannot answer. */
class BadRequest extends Error {}

/** Anthropic's protocol over an account. */
export function anthropicProtocol(account: () => Account, adminKey: string): Protocol {
  let requests = 0;
  const fail = (type: keyof typeof STATUS, message: string): Reply => {
    requests += 1;
    const id = `req_${uuidOf(requests, 3, requests).replaceAll("-", "").slice(0, 24)}`;
    const body = { type: "error", error: { type, message }, request_id: id };
    return json(STATUS[type], body, { "request-id": id });
  };
  const answer = (ask: Ask): Reply => {
    if (ask.header("x-api-key") !== adminKey) {
      return fail("authentication_error", "invalid x-api-key");
    }
    const version = ask.header("anthropic-version");
    if (version === undefined) {
      return fail("invalid_request_error", "anthropic-version: header is required");
    }
    if (!VERSIONS.includes(version)) {
      return fail(
        "invalid_request_error",
        `anthropic-version: "${version}" is not a valid version`,
      );
    }
    if (ask.method !== "GET" || ask.path !== PATH) return fail("not_found_error", "Not found");
    try {
      return json(200, report(account(), ask));
    } catch (error) {
      if (error instanceof BadRequest) return fail("invalid_request_error", error.message);
      throw error;
    }
  };
  return {
    answer,
    errors: {
      unauthorized: () => fail("authentication_error", "invalid x-api-key"),
      forbidden: () => fail("permission_error", "This endpoint requires an Admin API key"),
      rate_limited: () => fail("rate_limit_error", "Number of requests has exceeded your limit"),
      server_error: () => fail("api_error", "Internal server error"),
    },
    spoilRow,
    loop: { has_more: true, next_page: "page_bG9vcA==" },
  };
}

function report(account: Account, { query, now }: Ask) {
  const from = query.get("page") === null ? dayOf(query, "starting_at") : pageDay(query);
  if (from === null) throw new BadRequest("starting_at: Field required");
  const until = dayOf(query, "ending_at") ?? Math.floor(now / DAY_MS) + 1;
  const width = query.get("bucket_width") ?? "1d";
  if (width !== "1d") throw new BadRequest("bucket_width: Input should be '1d'");
  const groups = query.getAll("group_by[]");
  const unknown = groups.find((group) => group !== "workspace_id" && group !== "description");
  if (unknown !== undefined) {
    throw new BadRequest("group_by: Input should be 'workspace_id' or 'description'");
  }
  const end = Math.min(until, from + limitOf(query), Math.floor(now / DAY_MS) + 1);
  const days = Array.from({ length: Math.max(0, end - from) }, (_, i) => from + i);
  const more = end < Math.min(until, Math.floor(now / DAY_MS) + 1);
  return {
    data: days.map((day) => ({
      starting_at: instant(day),
      ending_at: instant(day + 1),
      results: results(account.costs.days.get(day), groups),
    })),
    has_more: more,
    next_page: more ? `page_${btoa(instant(end))}` : null,
  };
}

/** A day's rows: one a group, without the lines that cost nothing. */
function results(amounts: readonly number[] | undefined, groups: readonly string[]) {
  const described = groups.includes("description");
  const keyOf = (line: CostLine) =>
    JSON.stringify([
      groups.includes("workspace_id") ? line.workspace : null,
      described ? line.description : null,
    ]);
  const rows = new Map<string, { line: CostLine; amount: number }>();
  COST_LINES.forEach((line, index) => {
    const amount = amounts?.[index] ?? 0;
    if (amount === 0) return;
    const key = keyOf(line);
    rows.set(key, { line, amount: (rows.get(key)?.amount ?? 0) + amount });
  });
  return [...rows.values()].map(({ line, amount }) => ({
    currency: "USD",
    amount: trimmed(amount, 5),
    workspace_id: groups.includes("workspace_id") ? line.workspace : null,
    description: described ? line.description : null,
    cost_type: described ? line.costType : null,
    context_window: described ? line.contextWindow : null,
    model: described ? line.model : null,
    service_tier: described ? line.serviceTier : null,
    token_type: described ? line.tokenType : null,
    inference_geo: described && line.costType === "tokens" ? "global" : null,
  }));
}

function limitOf(query: URLSearchParams): number {
  const text = query.get("limit");
  if (text === null) return 7;
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1) {
    throw new BadRequest("limit: Input should be greater than or equal to 1");
  }
  if (limit > 31) throw new BadRequest("limit: Input should be less than or equal to 31");
  return limit;
}

/** A time as days since the epoch: it is snapped to its UTC day. */
function dayOf(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const ms = RFC3339.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms)) throw new BadRequest(`${name}: Input should be a valid datetime`);
  return Math.floor(ms / DAY_MS);
}

function pageDay(query: URLSearchParams): number {
  try {
    const ms = Date.parse(atob((query.get("page") ?? "").replace(/^page_/, "")));
    if (!Number.isNaN(ms)) return Math.floor(ms / DAY_MS);
  } catch {
    // Not base64: told below, as any other page that is none.
  }
  throw new BadRequest("page: Invalid page token");
}

function instant(day: number): string {
  return `${new Date(day * DAY_MS).toISOString().slice(0, 19)}Z`;
}

function spoilRow(value: Record<string, unknown>): Record<string, unknown> {
  const buckets = Array.isArray(value.data) ? value.data : [];
  const at = buckets.findIndex((bucket) => bucket.results.length > 0);
  if (at < 0) return value;
  const data = buckets.map((bucket, index) =>
    index !== at ? bucket : {
      ...bucket,
      results: [{ ...bucket.results[0], amount: "free" }, ...bucket.results.slice(1)],
    }
  );
  return { ...value, data };
}

/** Asks a server whose log is always the same for an example of each answer. */
import assert from "node:assert/strict";
import type { Candidate } from "../pnl/event.ts";
import { reached } from "../projection/testing.ts";
import { plainRequest } from "./test_http_request.ts";
import { startTestServer, type TestServer } from "./test_server.ts";
import { SseClient } from "./test_streams.ts";

/** What is asked for an example, by the name of the operation. */
const ASKED: Readonly<Record<string, string>> = {
  getCurrent: "/api/pnl/current",
  getHistory: "/api/pnl/history?resolution=1h&limit=1",
  getBreakdown: "/api/pnl/breakdown",
  explain: "/api/pnl/explain?metric=totalExpenses",
  listEvents: "/api/events?limit=1&source=/kalshi",
  countEvents: "/api/events/facets",
  getEvent: "/api/events/1",
  getSession: "/api/session",
  getHealth: "/health",
  getLive: "/livez",
  getReady: "/readyz",
  getBreakers: "/api/circuit-breaker/status",
  getCacheStats: "/api/cache/stats",
};

/** A trade and a day's cost. */
function history(time: string): Candidate[] {
  const day = time.slice(0, 10);
  return [{
    kind: "fact",
    source: "/kalshi",
    type: "pnl.kalshi.fill.recorded.v1",
    subject: "KXHIGHNY-26NOV22-T50",
    id: "fill-1",
    time,
    data: {
      fillId: "fill-1",
      subaccount: 0,
      outcomeSide: "yes",
      count: "10",
      yesPrice: "0.40",
      fee: "0.17",
      taker: true,
    },
  }, {
    kind: "observation",
    source: "/anthropic",
    type: "pnl.anthropic.cost.observed.v1",
    subject: day,
    time,
    data: { day, amount: "23.456" },
  }];
}

/** The first events of a stream as text; what is long ends in an ellipsis. */
async function streamed(server: TestServer, path: string): Promise<string> {
  const client = new SseClient(await server.get(path));
  const { event, id, data } = await client.nextData();
  await client.close();
  return `event: ${event}\nid: ${id}\ndata: ${data.slice(0, 100)} …\n\n`;
}

/** The first lines of a text. */
async function firstLines(server: TestServer, path: string): Promise<string> {
  return `${(await (await server.get(path)).text()).split("\n").slice(0, 6).join("\n")}\n…\n`;
}

/** An example of each answer that has a body, by the name of the operation. */
export async function collectExamples(): Promise<Record<string, unknown>> {
  await using server = await startTestServer();
  await server.windows(2);
  server.log.append(history(new Date(server.clock.now()).toISOString()));
  await reached(server.projector, server.log.head().position);
  const examples: Record<string, unknown> = {};
  for (const [id, path] of Object.entries(ASKED)) {
    const response = await server.get(path);
    assert.equal(response.status, 200, path);
    examples[id] = await response.json();
  }
  const ticket = await plainRequest(server.origin, { method: "POST", path: "/api/tickets" });
  examples.issueTicket = await ticket.json();
  examples.getMetrics = await firstLines(server, "/metrics");
  examples.streamSnapshots = await streamed(server, "/api/pnl/stream");
  examples.streamEvents = await streamed(server, "/api/events/stream?after=1");
  return examples;
}

/** A value with the kinds of its leaves in their places: what does not change from run to run. */
export function skeleton(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(skeleton);
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, skeleton(member)]),
  );
}

if (import.meta.main) {
  const text = `${JSON.stringify(await collectExamples(), null, 2)}\n`;
  await Deno.writeTextFile(new URL("api/examples.json", import.meta.url), text);
}

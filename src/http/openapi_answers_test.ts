/** Every answer that the document names, asked for on running servers and held to its schema. */
import assert from "node:assert/strict";
import { Access } from "../access/access.ts";
import { testKeys } from "../access/testing.ts";
import { Explainer } from "../projection/explainer.ts";
import { createApp } from "./app.ts";
import { type PlainRequest, plainRequest } from "./test_http_request.ts";
import { OpenApiCheck } from "./test_openapi.ts";
import { startTestServer, TestClock, type TestServer } from "./test_server.ts";
import { handshake } from "./test_streams.ts";

/** What no test here makes happen, and where it is made. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/ 500 internal$/, "errors_test.ts"],
  [/ 503 not-on-this-node$/, "openapi_edge_redis_test.ts"],
  // There a socket is opened and closed, until a thousand were.
  [/^GET \/ws (429|503) too-many-(from-address|of-key|streams)$/, "limits_test.ts"],
];

const BYTES = new TextEncoder().encode("built");
const FILE = {
  type: "text/html; charset=utf-8",
  tag: "1",
  bodies: { identity: BYTES, gzip: BYTES, br: BYTES },
};
const BUILT = { index: FILE, assets: new Map([["main.js", FILE]]) };

/** Asks a server, and holds the answer to the document. */
class Asker {
  constructor(readonly server: TestServer, readonly check: OpenApiCheck) {}

  static async of(server: TestServer): Promise<Asker> {
    return new Asker(server, await OpenApiCheck.of(server.get));
  }

  /** @param path as the document writes it, with a query after it; values of its parameters are given */
  async ask(path: string, expected: number, asked: Partial<PlainRequest> = {}): Promise<unknown> {
    const [template = ""] = path.split("?");
    const { method = "GET" } = asked;
    const target = path.replace("{position}", "1").replace("{name}", "main.js");
    const response = await plainRequest(this.server.origin, { path: target, ...asked });
    assert.equal(response.status, expected, `${method} ${path}`);
    return await this.check.answer(method, template, response);
  }

  /** Asks for each operation in turn. */
  async each(expected: number, asked: Partial<PlainRequest>, wanted = /^/): Promise<void> {
    for (const [name] of this.check.operations) {
      const [method = "", path = ""] = name.split(" ");
      if (wanted.test(name)) await this.ask(path, expected, { ...asked, method });
    }
  }
}

/** The headers of a handshake. */
function handshakeOf({ server }: Asker): Record<string, string> {
  const lines = handshake(server.server.port).slice(2);
  return Object.fromEntries(lines.map((line) => line.split(": ")));
}

const GUARDED = /\/ws|\/api\/(pnl|tickets|events|cache|circuit)|\/metrics/;

async function wellAnswered(asker: Asker): Promise<void> {
  for (
    const path of [
      "/health",
      "/livez",
      "/readyz",
      "/metrics",
      "/openapi.json",
      "/asyncapi.json",
      "/docs",
      "/api/session",
    ]
  ) {
    await asker.ask(path, 200);
  }
  for (const path of ["current", "history", "breakdown", "stream", "explain?metric=netPnl"]) {
    await asker.ask(`/api/pnl/${path}`, 200);
  }
  for (const resolution of ["raw", "1m", "1h", "1d", "auto"]) {
    await asker.ask(`/api/pnl/history?resolution=${resolution}`, 200);
  }
  for (const accept of ["json", "cloudevents-batch+json", "x-ndjson"]) {
    await asker.ask("/api/events", 200, { headers: { accept: `application/${accept}` } });
  }
  await asker.ask("/api/events?order=desc&limit=1", 200);
  for (const path of ["?format=csv", "/facets", "/{position}", "/stream"]) {
    await asker.ask(`/api/events${path}`, 200);
  }
  await asker.ask("/api/circuit-breaker/status", 200);
  await asker.ask("/api/cache/stats", 200);
  await asker.ask("/api/tickets", 200, { method: "POST" });
  await asker.ask("/api/session", 204, { method: "DELETE" });
  await asker.ask("/ws", 101, { headers: handshakeOf(asker) });
  for (
    const path of [
      "/api/pnl/current",
      "/api/events/{position}",
      "/openapi.json",
      "/asyncapi.json",
      "/docs",
    ]
  ) {
    await asker.ask(path, 304, { headers: { "if-none-match": "*" } });
  }
}

async function refused(asker: Asker): Promise<void> {
  for (const [name] of asker.check.operations) {
    const [method = "", path = ""] = name.split(" ");
    if (path === "/") continue;
    const headers = path === "/ws" ? handshakeOf(asker) : {};
    await asker.ask(`${path}?nonsense=1`, 400, { method, headers });
  }
  for (const [name] of asker.check.operations) {
    const [method = "", path = ""] = name.split(" ");
    await asker.ask(`${path}?${"a".repeat(9_000)}`, 414, { method });
    if (method === "GET") continue;
    const headers = { "content-length": "20000" };
    await asker.ask(path, 413, { method, headers, body: "x".repeat(20_000) });
  }
  await asker.each(421, { headers: { host: "evil.example" } });
  const foreign = { origin: "https://evil.example" };
  await asker.each(403, { headers: foreign }, /^(POST|DELETE)/);
  await asker.ask("/ws", 403, { headers: { ...handshakeOf(asker), ...foreign } });
  await asker.ask("/ws", 426);
  await asker.ask("/ws", 400, { headers: { ...handshakeOf(asker), "sec-websocket-key": "short" } });
  await asker.ask("/assets/{name}", 404);
  await asker.ask("/", 503);
  await asker.ask("/api/events/{position}", 404, { path: "/api/events/99999" });
  await asker.ask("/api/pnl/explain?metric=netPnl&at=99999", 404);
  await asker.ask("/api/pnl/current?minPosition=99999", 504);
  await asker.ask("/api/events", 406, { headers: { accept: "image/png" } });
  const json = { "content-type": "application/json" };
  const post = (body: string, headers: Record<string, string> = json) => ({
    method: "POST",
    body,
    headers,
  });
  await asker.ask("/api/session", 400, post("{"));
  await asker.ask("/api/session", 400, post('{"other":1}'));
  await asker.ask("/api/session", 413, post(`"${"x".repeat(20_000)}"`));
  await asker.ask("/api/session", 408, { ...post("{"), endless: true });
  await asker.ask("/api/session", 415, post("key", { "content-type": "text/plain" }));
}

async function behindTheDoor(seen: Set<string>): Promise<void> {
  const clock = new TestClock();
  await using keys = await testKeys(clock);
  await using server = await startTestServer({
    access: keys.access(),
    trustedProxies: ["127.0.0.1"],
  });
  await server.collect("1");
  const asker = await Asker.of(server);
  await asker.each(401, {}, GUARDED);
  await asker.ask("/health", 200);
  const reader = keys.make();
  const headers = { authorization: `Bearer ${reader.text}` };
  await asker.each(403, { headers }, /GET (\/api\/events|\/metrics)/);
  const scraper = { authorization: `Bearer ${keys.make({ scopes: ["metrics"] }).text}` };
  await asker.each(403, { headers: scraper }, /\/ws|\/api\/(pnl|tickets|events|cache|circuit)/);
  await asker.ask("/metrics", 200, { headers: scraper });
  const sign = (key: string) => ({
    method: "POST",
    body: JSON.stringify({ key }),
    headers: { "content-type": "application/json" },
  });
  await asker.ask("/api/session", 204, sign(reader.text));
  await asker.ask("/api/session", 200, { headers });
  await asker.ask("/api/session", 401, sign("nonsense"));
  for (let issued = 0; issued < 100; issued++) {
    await asker.ask("/api/tickets", 200, { method: "POST", headers });
  }
  await asker.ask("/api/tickets", 429, { method: "POST", headers });
  const from = { "x-forwarded-for": "203.0.113.7" };
  const wrong = { headers: { authorization: "Bearer nonsense", ...from } };
  for (let failed = 0; failed < 20; failed++) await asker.server.get("/api/pnl/current", wrong);
  await asker.each(429, wrong, GUARDED);
  await asker.ask("/api/session", 429, {
    ...sign("nonsense"),
    headers: { "content-type": "application/json", ...from },
  });
  for (const each of asker.check.seen) seen.add(each);
}

/** A node that has not heard yet which keys there are. */
async function withoutKeys(seen: Set<string>): Promise<void> {
  const clock = new TestClock();
  await using keys = await testKeys(clock);
  const ring = { isKnown: false, find: () => null, used: () => {} };
  const access = new Access({ required: true, keys: ring, ended: keys.store, clock });
  await using server = await startTestServer({ access });
  const asker = await Asker.of(server);
  await asker.each(503, { headers: { authorization: "Bearer nonsense" } }, GUARDED);
  await asker.ask("/api/session", 503, {
    method: "POST",
    body: '{"key":"nonsense"}',
    headers: { "content-type": "application/json" },
  });
  for (const each of asker.check.seen) seen.add(each);
}

/** Servers that take no more streams. */
async function withoutRoom(seen: Set<string>): Promise<void> {
  await using keys = await testKeys(new TestClock());
  const from = { "x-forwarded-for": "203.0.113.7" };
  const headers = { authorization: `Bearer ${keys.make({ scopes: ["audit"] }).text}` };
  const full = [
    [503, { hub: { maxConnections: 0 } }, {}],
    [503, { hub: { handshakesPerSecond: 0 } }, {}],
    [429, { hub: { maxPerAddress: 0 }, trustedProxies: ["127.0.0.1"] }, from],
    [429, { hub: { maxPerKey: 0 }, access: keys.access() }, headers],
  ] as const;
  for (const [status, options, fields] of full) {
    await using server = await startTestServer(options);
    const asker = await Asker.of(server);
    await asker.each(status, { headers: fields }, /stream$/);
    if ("handshakesPerSecond" in options.hub) {
      await asker.ask("/ws", 503, { headers: handshakeOf(asker) });
    }
    for (const each of asker.check.seen) seen.add(each);
  }
}

/** A server on which one address may send hardly anything. */
async function withoutRequests(seen: Set<string>): Promise<void> {
  await using server = await startTestServer({
    trustedProxies: ["127.0.0.1"],
    rates: { perAddress: 1, perKey: 0 },
  });
  const asker = await Asker.of(server);
  const limit = server.deps.rateLimits.address;
  for (const [name] of asker.check.operations) {
    for (let spent = 0; spent < 5; spent++) limit?.spend("203.0.113.7");
    const [method = "", path = ""] = name.split(" ");
    // Of health only what cannot be answered is limited.
    const asked = /^\/(health|livez|readyz)$/.test(path) ? `${path}?x=1` : path;
    await asker.ask(asked, 429, { method, headers: { "x-forwarded-for": "203.0.113.7" } });
  }
  for (const each of asker.check.seen) seen.add(each);
}

/** A server that is built. */
async function withPage(seen: Set<string>): Promise<void> {
  await using server = await startTestServer({ dashboard: BUILT });
  const asker = await Asker.of(server);
  for (const path of ["/", "/assets/{name}"]) {
    await asker.ask(path, 200);
    await asker.ask(path, 304, { headers: { "if-none-match": "*" } });
  }
  for (const each of asker.check.seen) seen.add(each);
}

/** A server that is out of order, or asked too much. */
async function inTrouble(seen: Set<string>): Promise<void> {
  await using server = await startTestServer();
  await server.windows(3);
  const { log, projector, deps, clock } = server;
  const explainer = new Explainer({ log, clock, projection: projector, budgetMs: -1 });
  const app = createApp({ ...deps, explainer });
  const check = await OpenApiCheck.of(server.get);
  const late = await app.request("/api/pnl/explain?metric=netPnl&at=1");
  assert.equal(late.status, 503);
  await check.answer("GET", "/api/pnl/explain", late);
  server.log.head = () => {
    throw new Error("gone");
  };
  for (const path of ["/health", "/readyz", "/api/events/facets"]) {
    await check.answer("GET", path, await server.get(path));
  }
  for (const each of check.seen) seen.add(each);
}

Deno.test("every documented answer is given, as documented", async () => {
  await using server = await startTestServer();
  await server.windows(3);
  const asker = await Asker.of(server);
  await wellAnswered(asker);
  await refused(asker);
  const seen = new Set(asker.check.seen);
  await behindTheDoor(seen);
  await withoutKeys(seen);
  await withoutRoom(seen);
  await withoutRequests(seen);
  await withPage(seen);
  await inTrouble(seen);
  assert.ok(seen.has("GET /api/events/facets 500 internal"));
  const missing = asker.check.documented().filter((each) => !seen.has(each))
    .filter((each) => !ELSEWHERE.some(([pattern]) => pattern.test(each)));
  assert.deepEqual(missing, []);
});

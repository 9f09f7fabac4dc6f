import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { ROUTE_SCOPES } from "../access/route_scopes.ts";
import { toBase62 } from "../access/base62.ts";
import { testKeys } from "../access/testing.ts";
import { makeKeyText } from "../access/key_text.ts";
import { Hono } from "hono";
import { createApp } from "./app.ts";
import { handshake, rawRequest, soon } from "./test_streams.ts";
import { startTestServer, TestClock, type TestServer } from "./test_server.ts";
import { LIVEZ } from "./api/operation_doc.ts";
import { Routes } from "./routes.ts";

/** The table of the document: what each route asks for. */
async function documented(): Promise<Map<string, string>> {
  const text = await Deno.readTextFile(new URL("../../docs/SECURITY.md", import.meta.url));
  const rows = [...text.matchAll(/^\| `((?:GET|POST|DELETE) \S+)` +\| `(\w+)` +\|$/gm)];
  return new Map(rows.map(([, route = "", scope = ""]) => [route, scope]));
}

let requests = 0;

/** Sends a request as it stands, each from another address, and gives the status; for WebSockets too. */
async function statusOf(server: TestServer, route: string, key: string | null): Promise<number> {
  const [method = "", path = ""] = route.split(" ");
  const { port } = server.server;
  const target = path.replace(":position", "1").replace(":name", "none.js");
  const query = target === "/api/pnl/explain" ? "?metric=netPnl" : "";
  const [, ...upgrade] = handshake(port);
  const fields = target === "/ws" ? upgrade : [`Host: 127.0.0.1:${port}`, "Connection: close"];
  fields.push(`X-Forwarded-For: 203.0.${++requests >> 8}.${requests & 255}`);
  if (key !== null) fields.push(`Authorization: Bearer ${key}`);
  if (method === "POST") fields.push("Content-Length: 0");
  using peer = await rawRequest(port, [`${method} ${target}${query} HTTP/1.1`, ...fields]);
  const buffer = new Uint8Array(12);
  let read = 0;
  while (read < 12) {
    read += await soon(peer.read(buffer.subarray(read)), `answer to ${route}`) ?? 12;
  }
  return Number(new TextDecoder().decode(buffer).slice(9, 12));
}

/** Which scopes a key may have to be let in, by what the route asks for: said here once more. */
const LETS_IN: Readonly<Record<string, readonly string[]>> = {
  open: ["read", "audit", "admin", "metrics"],
  metrics: ["admin", "metrics"],
  read: ["read", "audit", "admin"],
  audit: ["audit", "admin"],
  admin: ["admin"],
};

/** A well-formed key with the id of another, and another secret. */
function forge(text: string): string {
  const { text: other } = makeKeyText("live");
  const body = text.slice(0, 20) + other.slice(20, -6);
  return body + toBase62(crc32(body), 6);
}

/** What the door makes of a request: other statuses are the business of the route behind it. */
function judged(status: number): "401" | "403" | "in" {
  return status === 401 ? "401" : status === 403 ? "403" : "in";
}

Deno.test("docs/SECURITY.md shows what each route asks for, and nothing else", async () => {
  assert.deepEqual(Object.fromEntries(await documented()), ROUTE_SCOPES);
});

Deno.test("every registered route stands in the table", async () => {
  await using server = await startTestServer();
  const table = await documented();
  const app = createApp(server.deps);
  const served = new Set(
    app.routes.filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path.replace(/(:\w+)\{.+\}$/, "$1")}`),
  );
  assert.ok(served.size > 15);
  for (const route of served) assert.ok(table.has(route), `${route} is not documented`);
});

Deno.test("every route answers each kind of key as the table says", async () => {
  const clock = new TestClock();
  await using keys = await testKeys(clock);
  await using server = await startTestServer({
    access: keys.access(),
    trustedProxies: ["127.0.0.0/8"],
  });
  await server.collect("1");
  const now = server.clock.now();
  const revoked = keys.make({ scopes: ["admin"] });
  keys.store.revoke(revoked.id, now);
  const good = keys.make({ scopes: ["admin"] }).text;
  const bad: Readonly<Record<string, string | null>> = {
    "no key": null,
    "garbage": "nonsense",
    "mistyped": good.replace(/.$/, (last) => last === "0" ? "1" : "0"),
    "unknown": makeKeyText("live").text,
    "wrong secret": forge(good),
    "expired": keys.make({ scopes: ["admin"], expiresAt: now - 1 }).text,
    "revoked": revoked.text,
  };
  for (const [route, scope] of await documented()) {
    for (const [kind, key] of Object.entries(bad)) {
      const expected = scope === "open" ? "in" : "401";
      const status = await statusOf(server, route, key);
      assert.equal(judged(status), expected, `${route} with ${kind}: ${status}`);
    }
    for (const has of ["read", "audit", "admin", "metrics"] as const) {
      const status = await statusOf(server, route, keys.make({ scopes: [has] }).text);
      const expected = LETS_IN[scope]?.includes(has) ? "in" : "403";
      assert.equal(judged(status), expected, `${route} with ${has}: ${status}`);
    }
  }
});

Deno.test("a route that is in no list is closed, with a key and without", async () => {
  const clock = new TestClock();
  await using keys = await testKeys(clock);
  await using server = await startTestServer({ access: keys.access() });
  const app = new Hono();
  new Routes(app, server.deps).get("/api/new", LIVEZ, () => new Response("secret"));
  app.onError((error) => Response.json({ said: error.message }, { status: 403 }));
  const headers = { authorization: `Bearer ${keys.make({ scopes: ["admin"] }).text}` };
  for (const init of [{}, { headers }]) {
    const response = await app.request("/api/new", init);
    assert.equal(response.status, 403);
    assert.ok(!(await response.text()).includes("secret"));
  }
});

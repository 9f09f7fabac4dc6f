import assert from "node:assert/strict";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { testKeys } from "../access/testing.ts";
import { startTestServer, TestClock, type TestServer } from "./test_server.ts";

function bearer(key: string): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${key}` } };
}

async function statusOf(server: TestServer, path: string, init: RequestInit): Promise<number> {
  const response = await server.get(path, init);
  await response.body?.cancel();
  return response.status;
}

Deno.test("401 is the same for every reason", async () => {
  await using keys = await testKeys(new TestClock());
  await using server = await startTestServer({ access: keys.access() });
  const { text } = keys.make({ expiresAt: server.clock.now() - 1 });
  const answers = new Set<string>();
  const inits = [{}, bearer("x"), bearer(text), { headers: { authorization: "Basic eDp5" } }];
  for (const init of [...inits, { headers: { cookie: "pnl=x" } }]) {
    const response = await server.get("/api/pnl/current", init);
    assert.equal(response.status, 401);
    assert.equal(response.headers.get("www-authenticate"), "Bearer");
    const { errorId, ...problem } = await response.json();
    assert.match(errorId, /^[0-9a-f-]{36}$/);
    answers.add(JSON.stringify(problem));
  }
  assert.equal(answers.size, 1);
});

Deno.test("403 names the scope", async () => {
  await using keys = await testKeys(new TestClock());
  await using server = await startTestServer({ access: keys.access() });
  const response = await server.get("/api/events", bearer(keys.make().text));
  assert.equal(response.status, 403);
  const { type, scope, detail } = await response.json();
  assert.equal(type, "urn:pnl-stream:problem:forbidden");
  assert.equal(scope, "audit");
  assert.match(detail, /scope audit/);
});

Deno.test("who fails too often waits, and those who have a key do not", async () => {
  await using keys = await testKeys(new TestClock());
  await using server = await startTestServer({
    access: keys.access(),
    trustedProxies: ["127.0.0.0/8"],
  });
  const from = (address: string, key: string) => ({
    headers: { authorization: `Bearer ${key}`, "x-forwarded-for": address },
  });
  const path = "/api/pnl/current";
  const known = keys.make().text;
  assert.equal(await statusOf(server, path, from("203.0.113.7", known)), 200);
  for (let n = 0; n < 20; n++) {
    assert.equal(await statusOf(server, path, from("203.0.113.7", `guess${n}`)), 401);
  }
  const held = await server.get(path, from("203.0.113.7", "guess"));
  assert.equal(held.status, 429);
  assert.equal((await held.json()).type, "urn:pnl-stream:problem:too-many-failures");
  assert.match(held.headers.get("retry-after") ?? "", /^[1-6]$/);
  assert.equal(await statusOf(server, path, from("203.0.113.8", "guess")), 401);
  assert.equal(await statusOf(server, path, from("203.0.113.7", known)), 200);
  assert.equal(await statusOf(server, path, from("203.0.113.7", keys.make().text)), 200);
  // Behind a proxy that is not trusted, or on this machine, nobody can be told from another.
  for (let n = 0; n < 30; n++) assert.equal(await statusOf(server, path, bearer("guess")), 401);
});

Deno.test("/health tells more to who may read", async () => {
  await using keys = await testKeys(new TestClock());
  await using server = await startTestServer({ access: keys.access() });
  assert.deepEqual(await (await server.get("/health")).json(), {
    status: "ok",
    version: "0.0.0-test",
  });
  for (const key of ["x", keys.make({ scopes: ["metrics"] }).text]) {
    const brief = await (await server.get("/health", bearer(key))).json();
    assert.deepEqual(Object.keys(brief), ["status", "version"]);
  }
  const whole = await (await server.get("/health", bearer(keys.make().text))).json();
  assert.ok("sources" in whole);
});

Deno.test("a page of a foreign origin changes nothing, where no key is asked for either", async () => {
  await using server = await startTestServer({ allowedOrigins: ["https://desk.example"] });
  const post = (origin: string) => ({ method: "POST", headers: { origin } });
  for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1"]) {
    assert.equal(await statusOf(server, "/api/tickets", post(origin)), 403, origin);
  }
  assert.equal(await statusOf(server, "/api/tickets", post("https://desk.example")), 200);
  assert.equal(await statusOf(server, "/api/tickets", post(server.origin)), 200);
});

Deno.test("405 says what is served under the path", async () => {
  await using server = await startTestServer();
  const allowOf = async (path: string, method: string) => {
    const response = await server.get(path, { method });
    await response.body?.cancel();
    assert.equal(response.status, 405);
    return response.headers.get("allow");
  };
  assert.equal(await allowOf("/api/session", "PUT"), "GET, HEAD, POST, DELETE");
  assert.equal(await allowOf("/api/tickets", "GET"), "POST");
  assert.equal(await allowOf("/api/events/12", "POST"), "GET, HEAD");
});

Deno.test("pages of allowed origins may send a key, and no cookie of theirs counts", async () => {
  await using keys = await testKeys(new TestClock());
  const origin = "https://desk.example";
  await using server = await startTestServer({ access: keys.access(), allowedOrigins: [origin] });
  const preflight = await server.get("/api/tickets", {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    },
  });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get("access-control-allow-methods") ?? "", /POST, DELETE/);
  assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /Authorization/);
  assert.equal(preflight.headers.get("access-control-allow-credentials"), null);
  const refused = await server.get("/api/pnl/current", { headers: { origin } });
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get("access-control-allow-origin"), origin, "it learns why");
  await refused.body?.cancel();
});

Deno.test("no key, session or ticket is in the log or in an answer, whatever happens to it", async () => {
  const lines: string[] = [];
  await using keys = await testKeys(new TestClock());
  await using server = await startTestServer({ access: keys.access() });
  await configure({
    sinks: {
      all: (record: LogRecord) =>
        void lines.push(Deno.inspect(record, { depth: 20, strAbbreviateSize: 10_000 })),
    },
    loggers: [
      { category: "pnl", sinks: ["all"], lowestLevel: "trace" },
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "fatal" },
    ],
  });
  try {
    const good = keys.make({ scopes: ["read"] }).text;
    const gone = keys.make();
    keys.store.revoke(gone.id, server.clock.now());
    const secrets = [good, gone.text, `${good.slice(0, -1)}!`].map((text) => text.slice(-29, -3));
    for (const key of [good, gone.text, `${good.slice(0, -1)}!`]) {
      const inits: RequestInit[] = [bearer(key), { headers: { cookie: `pnl=${key}` } }];
      const paths = ["current", "stream", "nothing", `${key}`, `current?minPosition=${key}`];
      for (const path of paths.slice(0, 3)) {
        for (const init of inits) {
          const response = await server.get(`/api/pnl/${path}`, init);
          if (path === "stream") await response.body?.cancel();
          else lines.push(await response.text());
        }
      }
      for (const path of [`/api/pnl/stream?ticket=${key}`, `/api/events?type=${key}`]) {
        lines.push(await (await server.get(path, bearer(good))).body?.cancel() ?? "");
      }
      const sent = await server.get("/api/session", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ key, [key]: key }),
      });
      lines.push(await sent.text());
    }
    const issued = await server.get("/api/tickets", { method: "POST", ...bearer(good) });
    const { ticket } = await issued.json();
    await (await server.get(`/api/pnl/stream?ticket=${ticket}`)).body?.cancel();
    await (await server.get(`/api/pnl/stream?ticket=${ticket}`)).body?.cancel();
    assert.ok(lines.some((line) => line.includes("refused")), "something was logged");
    for (const line of lines) {
      for (const secret of [...secrets, ticket]) assert.ok(!line.includes(secret), line);
    }
  } finally {
    await reset();
  }
});

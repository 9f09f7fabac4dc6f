import assert from "node:assert/strict";
import { Access } from "../access/access.ts";
import { testKeys } from "../access/testing.ts";
import { handshake, rawRequest, soon } from "./test_streams.ts";
import {
  startTestServer,
  TestClock,
  type TestServer,
  type TestServerOptions,
} from "./test_server.ts";

const HOURS_12 = 12 * 3_600;

/** A server that asks for keys, and those keys. */
async function start(options: TestServerOptions = {}) {
  const clock = new TestClock();
  const keys = await testKeys(clock);
  const server = await startTestServer({ access: keys.access(), ...options });
  return {
    keys,
    server,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await keys[Symbol.asyncDispose]();
    },
  };
}

function signIn(server: TestServer, key: string, headers: Record<string, string> = {}) {
  return server.get("/api/session", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ key }),
  });
}

/** `name=value` of the cookie that an answer sets. */
function cookieOf(response: Response): string {
  return response.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
}

/** Asks for the current snapshot. */
async function statusOf(server: TestServer, headers: Record<string, string>): Promise<number> {
  const response = await server.get("/api/pnl/current", { headers });
  await response.body?.cancel();
  return response.status;
}

Deno.test("POST /api/session gives a cookie that no script reads and no other page uses", async () => {
  await using scene = await start();
  const { server, keys } = scene;
  const response = await signIn(server, ` ${keys.make().text}\n`);
  assert.equal(response.status, 204);
  const set = response.headers.get("set-cookie") ?? "";
  assert.match(set, /^pnl=[\w.-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
  const cookie = cookieOf(response);
  assert.equal(await statusOf(server, { cookie }), 200);
  assert.equal(await statusOf(server, { cookie: `a=b; ${cookie}; c=d` }), 200);
  assert.equal(await statusOf(server, { cookie: cookie.slice(0, -1) }), 401);
  assert.equal(await statusOf(server, { cookie: cookie.replace("pnl=", "other=") }), 401);
  for (const site of ["cross-site", "same-site"]) {
    assert.equal(await statusOf(server, { cookie, "sec-fetch-site": site }), 401, site);
  }
  assert.equal(await statusOf(server, { cookie, "sec-fetch-site": "same-origin" }), 200);
  assert.equal(await statusOf(server, { cookie, origin: "http://127.0.0.1:1" }), 401);
  assert.equal(await statusOf(server, { cookie, origin: server.origin }), 200);
});

Deno.test("GET /api/session says who asks", async () => {
  await using scene = await start();
  const { server, keys } = scene;
  const show = async (headers: Record<string, string> = {}) =>
    await (await server.get("/api/session", { headers })).json();
  const nobody = { authRequired: true, authenticated: false, scopes: [], key: null };
  assert.deepEqual(await show(), nobody);
  assert.deepEqual(await show({ authorization: "Bearer nonsense" }), nobody);
  const expiresAt = server.clock.now() + 60_000;
  const { id, text } = keys.make({ name: "desk", scopes: ["audit"], expiresAt });
  const known = {
    authRequired: true,
    authenticated: true,
    scopes: ["read", "audit"],
    key: { id, name: "desk", expiresAt: new Date(expiresAt).toISOString() },
  };
  assert.deepEqual(await show({ authorization: `Bearer ${text}` }), known);
  const response = await signIn(server, text);
  assert.match(response.headers.get("set-cookie") ?? "", /; Max-Age=60$/, "no longer than the key");
  assert.deepEqual(await show({ cookie: cookieOf(response) }), known);
});

Deno.test("GET /api/session where no key is asked for", async () => {
  await using server = await startTestServer();
  assert.deepEqual(await (await server.get("/api/session")).json(), {
    authRequired: false,
    authenticated: false,
    scopes: ["read", "audit", "admin", "metrics"],
    key: null,
  });
});

Deno.test("a session lasts over a restart, ends after 12 hours, with its key, and by signing out", async () => {
  await using scene = await start();
  const { server, keys } = scene;
  const desk = keys.make();
  const cookie = cookieOf(await signIn(server, desk.text));
  await using again = await startTestServer({ access: keys.access() });
  assert.equal(await statusOf(again, { cookie }), 200);

  const other = cookieOf(await signIn(server, desk.text));
  const out = await server.get("/api/session", { method: "DELETE", headers: { cookie: other } });
  assert.equal(out.status, 204);
  assert.match(out.headers.get("set-cookie") ?? "", /^pnl=; .*Max-Age=0$/);
  assert.equal(await statusOf(server, { cookie: other }), 401);
  await using third = await startTestServer({ access: keys.access() });
  assert.equal(await statusOf(third, { cookie: other }), 401, "a restart does not bring it back");
  assert.equal(await statusOf(third, { cookie }), 200, "the other session goes on");

  keys.store.revoke(desk.id, server.clock.now());
  assert.equal(await statusOf(server, { cookie }), 401);

  const clock = new TestClock();
  await using late = await startTestServer({
    access: new Access({
      required: true,
      keys: keys.store,
      ended: keys.store,
      clock,
    }),
  });
  const last = cookieOf(await signIn(late, keys.make().text));
  clock.step(HOURS_12 * 1_000 - 1);
  assert.equal(await statusOf(late, { cookie: last }), 200);
  clock.step(1);
  assert.equal(await statusOf(late, { cookie: last }), 401);
});

Deno.test("over https the cookie is bound to the host, and no other counts", async () => {
  await using scene = await start({ trustedProxies: ["127.0.0.1"] });
  const { server, keys } = scene;
  const https = { "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7" };
  const response = await signIn(server, keys.make().text, https);
  assert.match(
    response.headers.get("set-cookie") ?? "",
    /^__Host-pnl=[\w.-]+; Path=\/; HttpOnly; SameSite=Strict; Secure; Max-Age=\d+$/,
  );
  const cookie = cookieOf(response);
  assert.equal(await statusOf(server, { ...https, cookie }), 200);
  assert.equal(await statusOf(server, { ...https, cookie: cookie.replace("__Host-", "") }), 401);
  assert.equal(await statusOf(server, { cookie }), 401);

  await using plain = await startTestServer({ access: keys.access() });
  const believed = await signIn(plain, keys.make().text, https);
  assert.match(cookieOf(believed), /^pnl=/, "only a trusted proxy is believed");
});

Deno.test("POST /api/session refuses what is no key, and other pages, and tells no value", async () => {
  await using scene = await start();
  const { server, keys } = scene;
  const { text } = keys.make();
  const wrong = await signIn(server, `${text}x`);
  assert.deepEqual([wrong.status, wrong.headers.get("set-cookie")], [401, null]);
  assert.ok(!(await wrong.text()).includes(text.slice(-20)));
  const foreign = await signIn(server, text, { origin: "https://evil.example" });
  assert.equal(foreign.status, 403);
  const send = async (type: string, body: string) => {
    const headers = { "content-type": type };
    const response = await server.get("/api/session", { method: "POST", headers, body });
    const said = await response.text();
    assert.ok(!said.includes("canary"), said);
    return response.status;
  };
  assert.equal(await send("text/plain", JSON.stringify({ key: text })), 415);
  assert.equal(await send("application/json", "canary"), 400);
  assert.equal(await send("application/json", '{"key":5,"canary":1}'), 400);
  assert.equal(await send("application/json", '{"keys":"canary"}'), 400);
  assert.equal(await send("application/json", `{"key":"${"canary".repeat(4_000)}"}`), 413);
  assert.equal(await send("application/json; charset=utf-8", JSON.stringify({ key: text })), 204);
});

Deno.test("a WebSocket counts a cookie only with an allowed Origin", async () => {
  await using scene = await start({ allowedOrigins: ["https://desk.example"] });
  const { server, keys } = scene;
  const { port } = server.server;
  const cookie = cookieOf(await signIn(server, keys.make().text));
  const open = async (change: Record<string, string>) => {
    using peer = await rawRequest(port, handshake(port, { Cookie: cookie, ...change }));
    const buffer = new Uint8Array(12);
    await soon(peer.read(buffer), "answer");
    return Number(new TextDecoder().decode(buffer).slice(9, 12));
  };
  assert.equal(await open({}), 401);
  assert.equal(await open({ Origin: "https://evil.example" }), 401);
  assert.equal(await open({ Origin: server.origin }), 101);
  assert.equal(await open({ Origin: "https://desk.example" }), 101);
});

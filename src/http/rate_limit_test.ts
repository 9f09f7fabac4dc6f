import assert from "node:assert/strict";
import { testKeys } from "../access/testing.ts";
import { startTestServer, TestClock, type TestServer } from "./test_server.ts";

/** Nothing that was spent comes back, however slow the machine is: a burst is exactly that many. */
const STANDING = { rateClock: { now: () => 0, monotonic: () => 0 } };
const PROXIED = { trustedProxies: ["127.0.0.0/8"], ...STANDING };

/** Asks as a client of an address behind a proxy. */
function ask(
  server: TestServer,
  path: string,
  address: string,
  init: RequestInit = {},
): Promise<Response> {
  const headers = { ...init.headers, "x-forwarded-for": address };
  return server.get(path, { ...init, headers });
}

/** The statuses of so many requests, one after the other. */
async function statuses(times: number, one: () => Promise<Response>): Promise<number[]> {
  const found: number[] = [];
  for (let n = 0; n < times; n++) {
    const response = await one();
    await response.body?.cancel();
    found.push(response.status);
  }
  return found;
}

Deno.test("one address may send a burst; then it is told 429, when to come back, and what is left", async () => {
  await using server = await startTestServer({ ...PROXIED, rates: { perAddress: 2, perKey: 0 } });
  const from = (address: string) => () => ask(server, "/api/cache/stats", address);
  const first = await from("203.0.113.7")();
  assert.equal(first.headers.get("ratelimit-policy"), '"address";q=4;w=2');
  assert.equal(first.headers.get("ratelimit"), '"address";r=3;t=1');
  await first.body?.cancel();
  assert.deepEqual(await statuses(5, from("203.0.113.7")), [200, 200, 200, 429, 429]);
  const refused = await from("203.0.113.7")();
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal(refused.headers.get("ratelimit"), '"address";r=0;t=1');
  assert.equal(refused.headers.get("content-type"), "application/problem+json");
  assert.equal((await refused.json()).type, "urn:pnl-stream:problem:too-many-requests");
  assert.equal((await statuses(1, from("203.0.113.8")))[0], 200);
  const metrics = await (await server.get("/metrics")).text();
  assert.match(metrics, /^pnl_rate_refused_total\{by="address"\} [1-9]/m);
});

Deno.test("what is refused for something else says what is left, too", async () => {
  await using keys = await testKeys(new TestClock());
  await using server = await startTestServer({
    ...PROXIED,
    access: keys.access(),
    rates: { perAddress: 10, perKey: 10 },
  });
  const headers = { authorization: `Bearer ${keys.make().text}` };
  const unknown = await ask(server, "/api/pnl/current", "203.0.113.7");
  assert.equal(unknown.status, 401);
  assert.equal(unknown.headers.get("www-authenticate"), "Bearer");
  assert.match(unknown.headers.get("ratelimit") ?? "", /^"address";r=\d+;t=\d+$/);
  await unknown.body?.cancel();
  const bad = await ask(server, "/api/pnl/current?x=1", "203.0.113.7", { headers });
  assert.equal(bad.status, 400);
  assert.match(bad.headers.get("ratelimit") ?? "", /^"key";r=\d+;t=\d+, "address";r=\d+;t=\d+$/);
  assert.match(bad.headers.get("ratelimit-policy") ?? "", /^"key";.*, "address";/);
  assert.equal(bad.headers.get("content-type"), "application/problem+json");
  await bad.body?.cancel();
});

Deno.test("HEAD of a stream counts for its key, as it opens none", async () => {
  await using keys = await testKeys(new TestClock());
  await using server = await startTestServer({
    ...STANDING,
    access: keys.access(),
    rates: { perAddress: 0, perKey: 2 },
  });
  const headers = { authorization: `Bearer ${keys.make().text}` };
  const head = () => server.get("/api/pnl/stream", { method: "HEAD", headers });
  assert.deepEqual(await statuses(6, head), [200, 200, 200, 200, 429, 429]);
});

Deno.test("a network of 64 bits of version 6 is one address; this machine may send any number", async () => {
  await using server = await startTestServer({ ...PROXIED, rates: { perAddress: 1, perKey: 1 } });
  let host = 0;
  const found = await statuses(
    4,
    () => ask(server, "/nowhere", `2001:db8:1:2::${(++host).toString(16)}`),
  );
  assert.deepEqual(found, [404, 404, 429, 429]);
  assert.equal((await statuses(1, () => ask(server, "/nowhere", "2001:db8:1:3::1")))[0], 404);
  const own = await statuses(10, () => server.get("/api/cache/stats"));
  assert.deepEqual([...new Set(own)], [200]);
});

/** The last part of a problem's type. */
async function kindOf(response: Response): Promise<string> {
  return (await response.json()).type.split(":").at(-1);
}

Deno.test("health and the page's files are never limited; what cannot be answered there is", async () => {
  await using server = await startTestServer({
    ...PROXIED,
    rates: { perAddress: 1, perKey: 0 },
  });
  await server.collect("1");
  const file = "/assets/none.js";
  for (const path of ["/health", "/livez", "/readyz"]) {
    const found = await statuses(9, () => ask(server, path, "203.0.113.7"));
    assert.deepEqual([...new Set(found)], [200], path);
  }
  const paths = ["/health?x=1", "/livez?x=1", "/readyz?x=1", file];
  for (const [host, path] of paths.entries()) {
    const address = `203.0.113.${host}`;
    assert.notEqual(await kindOf(await ask(server, path, address)), "too-many-requests");
    const kinds: string[] = [];
    for (let n = 0; n < 6; n++) kinds.push(await kindOf(await ask(server, path, address)));
    assert.equal(kinds.at(-1), "too-many-requests", path);
  }
  assert.deepEqual(await statuses(1, () => ask(server, "/health", "203.0.113.0")), [200]);
});

Deno.test("a stream counts as it is opened, and as it is refused; so does HEAD", async () => {
  await using server = await startTestServer({ ...PROXIED, rates: { perAddress: 1, perKey: 0 } });
  await server.collect("1");
  const cases: readonly (readonly [string, number, RequestInit])[] = [
    ["/api/pnl/stream", 200, {}],
    ["/api/pnl/stream", 200, { method: "HEAD" }],
    ["/api/pnl/stream?x=1", 400, {}],
    ["/api/events/stream", 200, {}],
    ["/api/events/stream", 200, { method: "HEAD" }],
    ["/api/events/stream?x=1", 400, {}],
    ["/ws", 426, {}],
  ];
  for (const [host, [path, status, init]] of cases.entries()) {
    const found = await statuses(4, () => ask(server, path, `203.0.113.${host}`, init));
    assert.deepEqual(found, [status, status, 429, 429], `${init.method} ${path}`);
  }
});

Deno.test("preflights of allowed origins count as other requests do", async () => {
  const origin = "https://friend.example";
  await using server = await startTestServer({
    ...PROXIED,
    allowedOrigins: [origin],
    rates: { perAddress: 1, perKey: 0 },
  });
  const preflight = {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "GET" },
  };
  const found = await statuses(
    3,
    () => ask(server, "/api/pnl/current", "203.0.113.7", preflight),
  );
  assert.deepEqual(found, [204, 204, 429]);
});

Deno.test("one key has a limit of its own, wherever it is used from; of another it is another's", async () => {
  const clock = new TestClock();
  await using keys = await testKeys(clock);
  const [one, other] = [keys.make(), keys.make()];
  await using server = await startTestServer({
    ...PROXIED,
    access: keys.access(),
    rates: { perAddress: 100, perKey: 1 },
  });
  let host = 0;
  const asked = ({ text }: { readonly text: string }) => () =>
    ask(server, "/api/cache/stats", `203.0.113.${++host}`, {
      headers: { authorization: `Bearer ${text}` },
    });
  const first = await asked(one)();
  await first.body?.cancel();
  assert.equal(first.headers.get("ratelimit-policy"), '"key";q=2;w=2, "address";q=200;w=2');
  assert.equal(first.headers.get("ratelimit"), '"key";r=1;t=1, "address";r=199;t=1');
  assert.deepEqual(await statuses(3, asked(one)), [200, 429, 429]);
  assert.equal((await statuses(1, asked(other)))[0], 200);
});

/** What the shipped proxy refuses by itself: how it is told, what is never refused, what is written down. */
import assert from "node:assert/strict";
import { freePort } from "../src/redis/test_port.ts";
import { type Changed, type Proxy, startProxy } from "./nginx.ts";
import { startServerProcess, withFolder } from "./server_process.ts";

const TICKET = "SA3rThisIsATicket";
/** More than the proxy lets through at once, and in the time that a slow machine needs for so many. */
const MANY = 6_000;
const AT_ONCE = 50;

async function withProxy(changed: Changed, work: (proxy: Proxy) => Promise<void>): Promise<void> {
  await withFolder(async (env) => {
    const port = freePort();
    const server = await startServerProcess({
      ...env,
      PNL_ALLOWED_ORIGINS: `http://127.0.0.1:${port}`,
    });
    try {
      const only = Number(new URL(server.url).port);
      await using proxy = await startProxy(port, { app: only, edge1: only, edge2: only }, changed);
      await work(proxy);
    } finally {
      await server.end("SIGTERM");
    }
  });
}

/** Asks until the proxy has refused one; gives that answer, or the last. */
async function untilRefused(
  { port }: Proxy,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  for (let asked = 0;; asked += AT_ONCE) {
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, () => fetch(`http://127.0.0.1:${port}${path}`, { headers })),
    );
    const refused = answers.find(({ status }) => status === 429);
    const given = refused ?? (asked >= MANY ? answers[0] : undefined);
    for (const answer of answers) if (answer !== given) await answer.body?.cancel();
    if (given !== undefined) return given;
  }
}

async function assertProblem(response: Response, status: number, kind: string): Promise<void> {
  assert.equal(response.status, status);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assert.equal(response.headers.get("cache-control"), "no-store");
  const body = await response.json();
  assert.deepEqual([body.type, body.status], [`urn:pnl-stream:problem:${kind}`, status]);
}

Deno.test("the proxy's own 429, 413, 414 and 502 are problems as the server's are, and say when to come back", async () => {
  await withProxy({}, async (proxy) => {
    const url = `http://127.0.0.1:${proxy.port}`;
    const body = "a".repeat(70_000);
    await assertProblem(
      await fetch(`${url}/api/session`, { method: "POST", body }),
      413,
      "body-too-large",
    );
    await assertProblem(await fetch(`${url}/?${"a".repeat(20_000)}`), 414, "uri-too-long");
    const metrics = await fetch(`${url}/metrics`);
    assert.equal(metrics.headers.get("ratelimit"), null);
    await assertProblem(metrics, 403, "forbidden");
    // None of its static files: the place of a path does not make it a type of its own.
    const refused = await untilRefused(proxy, "/nothing.html");
    assert.equal(refused.headers.get("retry-after"), "1");
    assert.equal(refused.headers.get("ratelimit-policy"), '"address";q=400;w=2');
    assert.equal(refused.headers.get("ratelimit"), '"address";r=0;t=1');
    await assertProblem(refused, 429, "too-many-requests");
    // Health is told whoever floods meanwhile.
    for (const path of ["/health", "/livez", "/readyz"]) {
      const answers = await Promise.all(
        Array.from({ length: 300 }, () => fetch(`${url}${path}`)),
      );
      for (const answer of answers) await answer.body?.cancel();
      assert.ok(answers.every(({ status }) => status !== 429), path);
    }
  });
  const [port, nobody] = [freePort(), freePort()];
  await using proxy = await startProxy(port, { app: nobody, edge1: nobody, edge2: nobody });
  const away = await fetch(`http://127.0.0.1:${port}/api/events/stream?ticket=${TICKET}`);
  assert.equal(away.headers.get("retry-after"), "1");
  await assertProblem(away, 502, "unavailable");
  const later = await fetch(`http://127.0.0.1:${port}/api/pnl/stream?ticket=${TICKET}`);
  await later.body?.cancel();
  assert.ok(!(await proxy.errors()).includes(TICKET), await proxy.errors());
});

/** All that is said to a request as it stands, until the proxy ends the connection. */
async function rawAnswer(port: number, request: string): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(request));
  return await new Response(connection.readable).text();
}

Deno.test("what the proxy cannot read it answers with 400, as a problem, and slow bodies not at all", async () => {
  const [port, nobody] = [freePort(), freePort()];
  await using _ = await startProxy(port, { app: nobody, edge1: nobody, edge2: nobody });
  const end = "Host: a\r\nConnection: close\r\n\r\n";
  const bad = [
    `GET / HTTP/1.1\r\nHost: a b\r\n${end}`,
    `GET / HTTP/1.1\r\nConnection: close\r\n\r\n`,
    `GET / HTTP/1.1\r\nX-Long: ${"a".repeat(10_000)}\r\n${end}`,
    `GET / HTTP/1.1\r\nX-Long: ${"a".repeat(7_000)}\r\n`.padEnd(40_000, "X-B: b\r\n") + end,
    "nonsense\r\n\r\n",
  ];
  for (const request of bad) {
    const said = await rawAnswer(port, request);
    assert.match(said, /^HTTP\/1\.1 400 /, request.slice(0, 40));
    assert.match(said, /\r\nContent-Type: application\/problem\+json\r\n/, said.slice(0, 500));
    const body = JSON.parse(said.slice(said.indexOf("\r\n\r\n")));
    assert.deepEqual([body.type, body.status], ["about:blank", 400]);
  }
  const traced = await rawAnswer(port, `TRACE / HTTP/1.1\r\n${end}`);
  assert.match(traced, /^HTTP\/1\.1 405 [^]*problem:method-not-allowed/);
  const slow = "POST /api/session HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n";
  await assert.rejects(rawAnswer(port, slow), Deno.errors.ConnectionReset);
});

Deno.test("the proxy's access log has no ticket, and no query whose question mark was encoded", async () => {
  const [port, nobody] = [freePort(), freePort()];
  await using proxy = await startProxy(port, { app: nobody, edge1: nobody, edge2: nobody });
  const ways = ["?", "%3F", "%3f", ";", "&", "%26"];
  for (const way of ways) {
    await (await fetch(`http://127.0.0.1:${port}/ws${way}ticket=${TICKET}`)).body?.cancel();
  }
  const said = await proxy.accesses();
  assert.equal(said.trim().split("\n").length, ways.length, said);
  assert.equal(said.split(" GET /ws 502 ").length - 1, ways.length, said);
  assert.ok(!said.includes(TICKET), said);
});

Deno.test("a flood writes no line of errors for each refusal, and no ticket stands in one", async () => {
  await withProxy({}, async (proxy) => {
    // HEAD would do as well: what is refused is not looked at.
    const refused = await untilRefused(proxy, `/livez/x?ticket=${TICKET}`);
    assert.equal(refused.status, 429);
    await refused.body?.cancel();
    const errors = await proxy.errors();
    assert.ok(!errors.includes("limiting"), errors.slice(0, 500));
    assert.ok(!errors.includes(TICKET), errors.slice(0, 500));
  });
});

Deno.test("behind something else that is named, each client has the proxy's limits for itself", async () => {
  await withProxy({ behindAddress: "127.0.0.1" }, async (proxy) => {
    const from = (address: string) => ({ "x-forwarded-for": address });
    const refused = await untilRefused(proxy, "/nowhere", from("203.0.113.7"));
    assert.equal(refused.status, 429);
    await refused.body?.cancel();
    const other = await fetch(`http://127.0.0.1:${proxy.port}/nowhere`, {
      headers: from("203.0.113.8"),
    });
    await other.body?.cancel();
    assert.equal(other.status, 404, "another client");
  });
});

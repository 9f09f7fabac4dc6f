/** What the shipped proxy refuses by itself: how it is told, what is never refused, what is written down. */
import assert from "node:assert/strict";
import { type Changed, freePort, type Proxy, startProxy } from "./nginx.ts";
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
    // None of its static files: the place of a path does not make it a type of its own.
    const refused = await untilRefused(proxy, "/nothing.html");
    assert.equal(refused.headers.get("retry-after"), "1");
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

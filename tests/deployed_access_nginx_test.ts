/** What a visitor of the whole deployment may do and is shown, through the proxy. */
import assert from "node:assert/strict";
import { SseClient, WebSocketClient } from "../src/http/test_streams.ts";
import { Deployment } from "./deployed.ts";
import { until } from "./server_process.ts";

/** The limit of wrong keys from one address, and some more. */
const WRONG_KEYS = 25;
/** More than the edges there are, so that each is met. */
const TURNS = 8;

async function statusOf(url: string, headers: Record<string, string> = {}, method = "GET") {
  const response = await fetch(url, { method, headers });
  await response.body?.cancel();
  return response.status;
}

async function ticketOf({ url, headers }: Deployment): Promise<string> {
  const response = await fetch(`${url}/api/tickets`, { method: "POST", headers });
  assert.equal(response.status, 200);
  return (await response.json()).ticket;
}

/** Signs in as a page does that the proxy serves; gives the cookie. */
async function signIn({ url, key }: Deployment): Promise<string> {
  const response = await fetch(`${url}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url, "sec-fetch-site": "same-origin" },
    body: JSON.stringify({ key }),
  });
  assert.equal(response.status, 204, await response.text());
  const cookie = response.headers.get("set-cookie") ?? "";
  assert.match(cookie, /^pnl=.*HttpOnly/);
  return cookie.split(";", 1)[0]!;
}

async function checkDoors(deployment: Deployment): Promise<void> {
  const { url, headers } = deployment;
  const shown = ["/", "/livez", "/readyz", "/health", "/docs"];
  for (const path of shown) assert.equal(await statusOf(`${url}${path}`), 200, path);
  const figures = ["/api/pnl/current", "/api/pnl/history", "/api/events", "/api/pnl/stream"];
  for (const path of figures) {
    assert.equal(await statusOf(`${url}${path}`), 401, path);
    assert.equal(await statusOf(`${url}${path}`, headers), 200, path);
  }
}

/** However it is written: what the network inside is told is nobody else's, not even an operator's. */
async function checkMetrics({ url, edgeUrl, headers }: {
  readonly url: string;
  readonly edgeUrl: string;
  readonly headers: Record<string, string>;
}): Promise<void> {
  for (const path of ["/metrics", "//metrics", "/%6detrics", "/x/../metrics", "/metrics?a=b"]) {
    assert.equal(await statusOf(`${url}${path}`, headers), 403, path);
  }
  for (const path of ["/metrics/", "/METRICS"]) {
    assert.equal(await statusOf(`${url}${path}`, headers), 404, path);
  }
  assert.equal(await statusOf(`${edgeUrl}/metrics`, headers), 200, "from inside");
}

async function checkSession(deployment: Deployment): Promise<void> {
  const { url, writerUrl } = deployment;
  const cookie = await signIn(deployment);
  const page = { cookie, "sec-fetch-site": "same-origin" };
  for (let turn = 0; turn < TURNS; turn++) {
    assert.equal(await statusOf(`${url}/api/pnl/current`, page), 200, "at whichever edge");
  }
  assert.equal(await statusOf(`${writerUrl}/api/pnl/history`, page), 200, "at the writer");
  assert.equal(await statusOf(`${url}/api/session`, { ...page, origin: url }, "DELETE"), 204);
  await until(
    () => statusOf(`${url}/api/pnl/current`, page),
    (status) => status === 401,
    5_000,
  );
}

async function checkStreams(deployment: Deployment): Promise<void> {
  const { url, headers } = deployment;
  for (let turn = 0; turn < TURNS; turn++) {
    const ticket = await ticketOf(deployment);
    const socket = new WebSocketClient(`${url}/ws?ticket=${ticket}`, ["pnl.v1"]);
    assert.equal((await socket.next()).type, "hello");
    socket.close();
    const again = await statusOf(`${url}/api/pnl/stream?ticket=${ticket}`);
    assert.equal(again, 401, "a ticket counts once, at whichever edge");
  }
  const byTicket = `${url}/api/pnl/stream?ticket=${await ticketOf(deployment)}`;
  const events = new SseClient(await fetch(byTicket));
  for (let count = 0; count < 5; count++) assert.notEqual(await events.next(), null);
  await events.close();
  const log = new SseClient(await fetch(`${url}/api/events/stream?after=0`, { headers }));
  assert.notEqual(await log.next(), null);
  await log.close();
}

/** Wrong keys count for the address that the proxy names, and what a client says of itself is not passed on. */
async function checkAddresses({ url, edgeUrl }: {
  readonly url: string;
  readonly edgeUrl: string;
}): Promise<void> {
  const claim = { authorization: "Bearer nonsense", "x-forwarded-for": "203.0.113.9" };
  const direct: number[] = [];
  for (let turn = 0; turn < WRONG_KEYS; turn++) {
    direct.push(await statusOf(`${edgeUrl}/api/pnl/current`, claim));
  }
  assert.equal(direct.at(-1), 429, "the proxy's word counts");
  for (let turn = 0; turn < TURNS; turn++) {
    assert.equal(await statusOf(`${url}/api/pnl/current`, claim), 401, "the client's does not");
  }
}

Deno.test("through the proxy: keys, sessions and tickets count at every node, /metrics is shut, addresses are the proxy's word", async () => {
  await using deployment = await Deployment.start();
  const { url, headers } = deployment;
  const edgeUrl = deployment.edgeUrl(0);
  await checkDoors(deployment);
  await checkMetrics({ url, edgeUrl, headers });
  await checkSession(deployment);
  await checkStreams(deployment);
  await checkAddresses({ url, edgeUrl });
});

import assert from "node:assert/strict";
import { Hono } from "hono";
import { bounded } from "./bounds.ts";
import { problemResponse } from "./problem.ts";
import { send } from "./test_endless_body.ts";
import { startTestServer } from "./test_server.ts";

const JSON_BODY = "Content-Type: application/json";
const CHUNKED = "Transfer-Encoding: chunked";
Deno.test("a body that trickles is ended with 408 after 5 seconds, and so is its connection", async () => {
  await using server = await startTestServer();
  const head = ["POST /api/session HTTP/1.1", JSON_BODY, "Content-Length: 10000"];
  const { status, said, ended, tookMs } = await send(server, head, { piece: " ", everyMs: 100 });
  assert.equal(status, 408);
  assert.match(said, /urn:pnl-stream:problem:body-too-slow/);
  assert.ok(ended && tookMs >= 4_900 && tookMs < 10_000, `${ended}, ${tookMs} ms`);
});

Deno.test("a body without an end is refused with 413 on every route, and its connection ends", async () => {
  await using server = await startTestServer();
  const piece = `1000\r\n${"a".repeat(0x1000)}\r\n`;
  const routes = ["POST /api/session", "POST /api/tickets", "GET /api/pnl/current", "PUT /nowhere"];
  await Promise.all(routes.map(async (route) => {
    const head = [`${route} HTTP/1.1`, JSON_BODY, CHUNKED];
    const { status, said, ended, tookMs } = await send(server, head, { piece });
    assert.equal(status, 413, route);
    assert.match(said, /urn:pnl-stream:problem:body-too-large/);
    assert.ok(ended && tookMs < 8_000, `${route}: ${ended}, ${tookMs} ms`);
  }));
});

Deno.test("a body without an end ends its connection, whatever else the request is refused for", async () => {
  await using server = await startTestServer();
  const refused: readonly (readonly [number, ...string[]])[] = [
    [415, "POST /api/session HTTP/1.1", "Content-Type: text/plain"],
    [400, "POST /api/session?x=1 HTTP/1.1", JSON_BODY],
    [403, "POST /api/session HTTP/1.1", JSON_BODY, "Origin: https://foreign.example"],
  ];
  await Promise.all(refused.map(async ([expected, ...lines]) => {
    for (const piece of [`1000\r\n${"a".repeat(0x1000)}\r\n`, "1\r\na\r\n"]) {
      const { status, ended, tookMs } = await send(server, [...lines, CHUNKED], { piece });
      assert.equal(status, expected);
      assert.ok(ended && tookMs < 10_000, `${expected}: ${ended}, ${tookMs} ms`);
    }
  }));
});

Deno.test("who sends a body of unknown length that ends reads the whole refusal", async () => {
  await using server = await startTestServer();
  for (const type of ["text/plain", "application/json"]) {
    const response = await server.get("/api/session", {
      method: "POST",
      headers: { "content-type": type },
      body: new Blob(["no JSON"]).stream(),
    });
    assert.equal(response.status, type === "text/plain" ? 415 : 400);
    assert.match((await response.json()).type, /^urn:pnl-stream:problem:/);
  }
});

Deno.test("a body that does not say how long it is may have 16,384 bytes, and not one more", async () => {
  await using server = await startTestServer();
  for (const [bytes, status] of [[16_384, 400], [16_385, 413]] as const) {
    const response = await server.get("/api/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: new Blob(["{}".padEnd(bytes)]).stream(),
    });
    await response.body?.cancel();
    assert.equal(response.status, status, `${bytes} bytes`);
  }
});

Deno.test("of a body of 300 MB a bounded part is read, whatever route it is sent to", async () => {
  await using server = await startTestServer();
  const piece = "a".repeat(1024 * 1024);
  for (const route of ["POST /api/session", "GET /livez", "DELETE /api/session"]) {
    const head = [`${route} HTTP/1.1`, JSON_BODY, "Content-Length: 314572800"];
    const { status, ended, sent } = await send(server, head, { piece });
    assert.equal(status, 413, route);
    assert.ok(ended && sent < 200 * 1024 * 1024, `${route}: ${ended} after ${sent} bytes`);
  }
});

Deno.test("who sends a body that is a little too long reads the whole answer", async () => {
  await using server = await startTestServer();
  for (const method of ["POST", "DELETE"]) {
    const response = await server.get("/api/session", { method, body: "a".repeat(100_000) });
    assert.equal(response.status, 413);
    assert.equal((await response.json()).type, "urn:pnl-stream:problem:body-too-large");
  }
});

Deno.test("an address of more than 8,192 characters is refused with 414, and one of 60,000 too", async () => {
  await using server = await startTestServer();
  for (const length of [8_200, 60_000]) {
    const response = await server.get(`/api/pnl/current?${"a".repeat(length)}`);
    assert.equal(response.status, 414);
    assert.equal((await response.json()).type, "urn:pnl-stream:problem:uri-too-long");
  }
  await (await server.get(`/api/pnl/current?${"a".repeat(8_000)}`)).body?.cancel();
});

Deno.test("the runtime itself takes 128 headers and a head of 65,540 bytes, and answers more with 400", async () => {
  await using server = await startTestServer();
  const ask = async (lines: readonly string[]) => {
    const { status } = await send(server, ["GET /livez HTTP/1.1", "Connection: close", ...lines]);
    return status;
  };
  const many = (count: number) => Array.from({ length: count }, (_, n) => `X-${n}: a`);
  assert.equal(await ask(many(126)), 200);
  assert.equal(await ask(many(127)), 400);
  assert.equal(await ask([`X-A: ${"a".repeat(65_000)}`]), 200);
  assert.equal(await ask([`X-A: ${"a".repeat(66_000)}`]), 400);
});

/** What a bounded handler answers. */
async function bounds(readsBody: boolean, url: string, headers = {}): Promise<number> {
  const app = new Hono();
  app.onError((error, c) => problemResponse(c, error));
  app.all("*", bounded(readsBody, (c) => c.text("")));
  return (await app.request(new Request(url, { method: "POST", headers }))).status;
}

Deno.test("bounded() takes 8,192 characters of address and 16,384 bytes of body, and not one more", async () => {
  const long = (length: number) => `http://127.0.0.1/?${"a".repeat(length - 18)}`;
  for (const readsBody of [true, false]) {
    assert.equal(await bounds(readsBody, long(8_192)), 200);
    assert.equal(await bounds(readsBody, long(8_193)), 414);
    for (const [bytes, status] of [[0, 200], [16_384, 200], [16_385, 413]] as const) {
      const said = { "content-length": String(bytes) };
      assert.equal(await bounds(readsBody, long(100), said), status, `${bytes}`);
    }
    const unsaid = { "transfer-encoding": "chunked" };
    assert.equal(await bounds(readsBody, long(100), unsaid), readsBody ? 200 : 413);
  }
});

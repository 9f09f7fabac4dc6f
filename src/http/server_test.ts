import assert from "node:assert/strict";
import { ListenError, startServer } from "./server.ts";
import { createApp } from "./app.ts";
import { startTestServer, totals } from "./test_server.ts";

Deno.test("startServer() names the port that is in use", async () => {
  await using server = await startTestServer();
  const { port } = server.server;
  assert.throws(
    () => startServer({ ...server.deps, app: createApp(server.deps), host: "127.0.0.1", port }),
    (error: unknown) =>
      error instanceof ListenError && error.code === "port_in_use" &&
      error.message === `Cannot listen on 127.0.0.1:${port}: the port is in use`,
  );
});

Deno.test("startServer() names an address that it cannot listen on", async () => {
  await using server = await startTestServer();
  assert.throws(
    () => startServer({ ...server.deps, app: createApp(server.deps), host: "192.0.2.1", port: 0 }),
    (error: unknown) => error instanceof ListenError && error.code === "cannot_listen",
  );
});

Deno.test("Server.stop() lets an open request end, refuses new ones, and may be called twice", async () => {
  await using server = await startTestServer();
  const batch = Array.from({ length: 20_000 }, (_, i) => totals(`${i}`, server.clock.now()));
  for (let at = 0; at < batch.length; at += 1_000) server.log.append(batch.slice(at, at + 1_000));
  const open = await server.get("/api/events", { headers: { accept: "application/x-ndjson" } });
  const stopping = server.server.stop();
  assert.equal(server.server.stop(), stopping);
  await assert.rejects(async () => {
    // The listener closes once the streams have ended.
    for (let tries = 0; tries < 50; tries++) await (await server.get("/livez")).text();
  });
  assert.equal((await open.text()).split("\n").length - 1, 20_001);
  assert.equal(await stopping, true);
});

Deno.test("Server.stop() ends the requests that wait for an event to come", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const waiting = server.get("/api/pnl/current?minPosition=999");
  await new Promise((resolve) => setTimeout(resolve, 200));
  const started = performance.now();
  assert.equal(await server.server.stop(), true);
  assert.ok(performance.now() - started < 1_500);
  const response = await waiting;
  assert.equal(response.status, 503);
  assert.equal((await response.json()).detail, "The server is going down.");
});

Deno.test("HEAD says how long GET's body is where that is known, and nothing where it is not", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const head = (path: string, headers = {}) => server.get(path, { method: "HEAD", headers });
  const fixed = ["/", "/page/page.js", "/api/events", "/api/events/1", "/livez", "/nope", "/ws"];
  for (const path of fixed) {
    const body = await (await server.get(path)).bytes();
    assert.equal((await head(path)).headers.get("content-length"), String(body.length), path);
  }
  assert.ok(Number((await head("/api/pnl/current")).headers.get("content-length")) > 500);
  const ndjson = { accept: "application/x-ndjson" };
  assert.equal((await head("/api/pnl/stream")).headers.get("content-length"), null);
  assert.equal((await head("/api/events", ndjson)).headers.get("content-length"), null);
  const tag = (await head("/api/pnl/current")).headers.get("etag") ?? "";
  const unchanged = await head("/api/pnl/current", { "if-none-match": tag });
  assert.deepEqual([unchanged.status, unchanged.headers.get("content-length")], [304, null]);
});

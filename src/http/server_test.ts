import assert from "node:assert/strict";
import { ListenError, startServer } from "./server.ts";
import { createApp } from "./app.ts";
import { startTestServer } from "./test_server.ts";

Deno.test("startServer() names the port that is in use", async () => {
  await using server = await startTestServer();
  const { port } = server.server;
  assert.throws(
    () => startServer({ app: createApp(server.deps), hub: server.hub, host: "127.0.0.1", port }),
    (error: unknown) =>
      error instanceof ListenError && error.code === "port_in_use" &&
      error.message === `Cannot listen on 127.0.0.1:${port}: the port is in use`,
  );
});

Deno.test("startServer() names an address that it cannot listen on", async () => {
  await using server = await startTestServer();
  assert.throws(
    () => startServer({ app: createApp(server.deps), hub: server.hub, host: "192.0.2.1", port: 0 }),
    (error: unknown) => error instanceof ListenError && error.code === "cannot_listen",
  );
});

Deno.test("Server.stop() lets an open request end, refuses new ones, and may be called twice", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const next = server.log.head().position + 1;
  const open = server.get(`/api/pnl/current?minPosition=${next}`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const stopping = server.server.stop();
  assert.equal(server.server.stop(), stopping);
  await server.collect("2");
  assert.equal((await (await open).json()).position, next);
  assert.equal(await stopping, true);
  await assert.rejects(server.get("/livez"));
});

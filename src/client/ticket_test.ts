import assert from "node:assert/strict";
import { type TestKeys, testKeys } from "../access/testing.ts";
import { startTestServer, TestClock, type TestServer } from "../http/test_server.ts";
import { until } from "../http/test_streams.ts";
import { PnlClient } from "./pnl_client.ts";

/** Work with a server that asks for keys. */
async function withServer(work: (server: TestServer, keys: TestKeys) => Promise<void>) {
  await using keys = await testKeys(new TestClock());
  await using server = await startTestServer({ access: keys.access() });
  await server.collect("1");
  await work(server, keys);
}

/** A client that holds a key, and what its tickets cost. */
function clientWith(server: TestServer, key: string) {
  const headers = { authorization: `Bearer ${key}` };
  let tickets = 0;
  const ticket = async () => {
    tickets += 1;
    const response = await server.get("/api/tickets", { method: "POST", headers });
    const body = await response.json();
    if (!response.ok) throw new Error(body.title);
    return body.ticket;
  };
  const client = new PnlClient({ url: server.origin, headers: () => headers, ticket });
  return { client, tickets: () => tickets };
}

Deno.test("PnlClient with a ticket follows over a WebSocket, with a new one for each connection", async () => {
  await withServer(async (server, keys) => {
    const { client, tickets } = clientWith(server, keys.make().text);
    client.start();
    await until(() => client.state.status === "live", "live");
    assert.equal(client.state.transport, "websocket");
    client.reconnect();
    await until(() => tickets() === 2 && client.state.status === "live", "live again");
    assert.equal(client.state.transport, "websocket");
    client.stop();
    await until(() => server.hub.stats().connections.websocket === 0, "gone");
  });
});

Deno.test("PnlClient without a key, or with one that is revoked, is refused and says so", async () => {
  await withServer(async (server, keys) => {
    const stranger = new PnlClient({ url: server.origin });
    stranger.start();
    await until(() => stranger.state.status === "refused", "refused", 20_000);
    assert.equal(stranger.state.lastError?.code, "http_401");
    stranger.stop();

    const { id, text } = keys.make();
    const { client } = clientWith(server, text);
    client.start();
    await until(() => client.state.status === "live", "live");
    keys.store.revoke(id, server.clock.now());
    await until(() => client.state.status === "refused", "refused", 20_000);
    client.stop();
  });
});

Deno.test("PnlClient that stops while it waits for a ticket opens nothing", async () => {
  await withServer(async (server, keys) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const ticket = () => promise;
    const client = new PnlClient({ url: server.origin, transports: ["websocket"], ticket });
    client.start();
    await new Promise((done) => setTimeout(done, 20));
    client.stop();
    const headers = { authorization: `Bearer ${keys.make().text}` };
    const issued = await server.get("/api/tickets", { method: "POST", headers });
    resolve((await issued.json()).ticket);
    await new Promise((done) => setTimeout(done, 100));
    assert.equal(server.hub.stats().accepted, 0);
    assert.equal(client.state.status, "idle");
  });
});

import assert from "node:assert/strict";
import { startTestServer } from "./test_server.ts";
import { soon, SseClient, until, WebSocketClient } from "./test_streams.ts";

Deno.test("streams whose history cannot be read fail by themselves, and the server goes on", async () => {
  await using server = await startTestServer();
  await server.windows(20);
  const other = new WebSocketClient(`${server.origin}/ws`);
  await other.next();
  await other.next();
  const [first] = server.projector.finalsAfter(0, 1);
  const since = `${server.projector.epoch}:${first?.offset}`;
  const read = server.projector.finalsAfter.bind(server.projector);
  const broken = new Error("disk on fire");
  let reads = 0;
  // The first read plans the resume; what is read to fill the gap fails.
  server.projector.finalsAfter = (offset, limit) => {
    if (++reads > 1) throw broken;
    return read(offset, limit);
  };
  const client = new WebSocketClient(`${server.origin}/ws`);
  await client.next();
  await client.next();
  client.send({ type: "subscribe", channels: ["pnl"], since });
  assert.equal((await client.next()).code, "internal");
  assert.equal((await soon(client.closed, "close")).code, 1011);
  reads = 0;
  const stream = new SseClient(
    await server.get("/api/pnl/stream", { headers: { "last-event-id": since } }),
  );
  assert.ok((await stream.next())?.retry);
  assert.ok((await stream.next())?.retry);
  assert.equal(await stream.next(), null);
  reads = 1;
  const refused = await server.get("/api/pnl/stream", { headers: { "last-event-id": since } });
  assert.equal(refused.status, 500);
  assert.ok(!(await refused.text()).includes("fire"));
  server.projector.finalsAfter = read;
  await until(() => server.hub.stats().connections.sse === 0, "gone");
  await server.windows(1);
  assert.equal((await other.next()).type, "snapshot");
  await other.close();
});

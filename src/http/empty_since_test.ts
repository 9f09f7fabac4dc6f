import assert from "node:assert/strict";
import { startTestServer } from "./test_server.ts";
import { SseClient, WebSocketClient } from "./test_streams.ts";

Deno.test("an empty since is none, in the address, in a frame and on the event stream", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const client = new WebSocketClient(`${server.origin}/ws?since=`);
  assert.equal((await client.next()).type, "hello");
  assert.equal((await client.next()).type, "snapshot");
  client.send({ type: "subscribe", channels: ["pnl"], since: "" });
  assert.equal((await client.next()).type, "snapshot");
  await client.close();
  const tail = new WebSocketClient(`${server.origin}/ws?since=&after=0`);
  assert.equal((await tail.next()).type, "hello");
  assert.equal((await tail.next()).type, "subscribed", "snapshots were not asked for");
  await tail.close();
  const events = new SseClient(await server.get("/api/pnl/stream?lastEventId="));
  assert.notEqual((await events.nextData()).event, "reset");
  await events.close();
});

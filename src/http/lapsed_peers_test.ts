import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { startTestServer } from "./test_server.ts";
import { type ServerFrame, soon, until } from "./test_streams.ts";

Deno.test("WebSocket sends to a client that acknowledged once and then only listens, and gives it credit again", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 200, slowMs: 3_000 } });
  await server.collect("1");
  const client = new WebSocket(`${server.origin.replace("http", "ws")}/ws`);
  const frames: ServerFrame[] = [];
  client.on("message", (data) => frames.push(JSON.parse(String(data))));
  const acknowledge = () => client.send(JSON.stringify({ type: "ack", pos: frames.at(-1)?.pos }));
  await until(() => frames.at(-1)?.type === "snapshot", "the first snapshot");
  acknowledge();
  await until(() => server.hub.stats().acknowledging === 1, "acknowledged");
  const { length } = frames;
  // One tick comes, nothing for slowMs, and then ticks as to one that never acknowledges.
  await until(() => frames.length > length + 4, "ticks again", 8_000);
  assert.ok(frames.slice(1).every(({ type }) => type === "snapshot"));
  assert.equal(server.hub.stats().acknowledging, 0);
  assert.equal(server.hub.stats().refused.slow, 0);
  acknowledge();
  await until(() => server.hub.stats().acknowledging === 1, "acknowledging again");
  const closed = new Promise((resolve) => client.once("close", resolve));
  client.close();
  await soon(closed, "close");
});

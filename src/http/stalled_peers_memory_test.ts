/** What peers that do not read cost: measured where no other file runs in this process. */
import assert from "node:assert/strict";
import { startTestServer, type TestServer } from "./test_server.ts";
import { handshake, rawRequest, until, WebSocketClient } from "./test_streams.ts";

/** How long each of some appends took to reach a client, in milliseconds, sorted. */
async function latencies(server: TestServer, client: WebSocketClient): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < 60; n++) {
    const total = `${++collected}.25`;
    const from = performance.now();
    await server.collect(total);
    for (;;) {
      const frame = await client.next();
      if (frame.type === "snapshot") client.send({ type: "ack", pos: frame.pos });
      if (JSON.stringify(frame.data ?? "").includes(`"totalRevenue":"${total}"`)) break;
    }
    times.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return times.sort((a, b) => a - b);
}

let collected = 0;

Deno.test("WebSockets that stall cost little, are gone within twice the idle time, and slow nobody", async () => {
  const idleSeconds = 3;
  await using server = await startTestServer({ hub: { intervalMs: 50, idleSeconds } });
  await server.collect("1");
  const client = new WebSocketClient(`${server.origin}/ws`);
  await latencies(server, client);
  const alone = await latencies(server, client);
  const rss = Deno.memoryUsage().rss;
  const { port } = server.server;
  const peers: Deno.TcpConn[] = [];
  for (let n = 0; n < 100; n++) peers.push(await rawRequest(port, handshake(port)));
  await until(() => server.hub.stats().connections.websocket === 101, "there");
  const from = performance.now();
  const beside = await latencies(server, client);
  const { bufferedBytes } = server.hub.stats();
  const perPeer = (Deno.memoryUsage().rss - rss) / peers.length;
  assert.equal(bufferedBytes, 0, "bytes wait in the process for peers that do not read");
  assert.ok(perPeer < 256 * 1024, `${Math.round(perPeer / 1024)} KB a peer`);
  // Not the slowest: that may be another process of this machine.
  const [most, mostAlone] = [beside, alone].map((times) => times[Math.floor(0.9 * times.length)]!);
  assert.ok(most! < 3 * mostAlone! + 50, `${most} ms beside them, ${mostAlone} ms alone`);
  const gone = () => server.hub.stats().connections.websocket === 1;
  const keeping = setInterval(() => client.send({ type: "ping" }), 500);
  await until(gone, "gone", 2 * idleSeconds * 1000 - (performance.now() - from));
  clearInterval(keeping);
  for (const peer of peers) peer.close();
  await client.close();
});

import assert from "node:assert/strict";
import { handshake, rawRequest } from "../src/http/test_streams.ts";
import { startServerProcess, until, withFolder } from "./server_process.ts";

const MB = 1024 * 1024;

/** Asks for far more than the kernel takes, one request behind the other, and reads nothing. */
async function askForMuch(port: number, times: number): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = `GET /api/events?limit=1000 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request.repeat(times)));
  return connection;
}

Deno.test("SIGTERM ends the process in time, with far more than 25 MB queued to peers that do not read", async () => {
  await withFolder(async (env) => {
    const server = await startServerProcess(env);
    const port = Number(new URL(server.url).port);
    const peers: Deno.TcpConn[] = [];
    try {
      await until(
        async () => await (await fetch(`${server.url}/api/pnl/current`)).json(),
        ({ quality }) => quality.complete,
        10_000,
      );
      const page = await (await fetch(`${server.url}/api/events?limit=1000`)).bytes();
      const times = Math.ceil(8 * MB / page.length);
      for (let n = 0; n < 12; n++) peers.push(await askForMuch(port, times));
      for (let n = 0; n < 20; n++) peers.push(await rawRequest(port, handshake(port)));
      const sse = ["GET /api/pnl/stream HTTP/1.1", `Host: 127.0.0.1:${port}`];
      for (let n = 0; n < 5; n++) peers.push(await rawRequest(port, sse));
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const { streams } = await (await fetch(`${server.url}/health`)).json();
      assert.deepEqual(streams.connections, { websocket: 20, sse: 5 });
    } finally {
      const { code, elapsedMs } = await server.end("SIGTERM");
      for (const peer of peers) peer.close();
      assert.equal(code, 0, server.output());
      assert.ok(elapsedMs < 5_500, `${elapsedMs} ms`);
      assert.match(server.output(), /Left peers behind that do not read/);
    }
  });
});

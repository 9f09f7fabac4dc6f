/**
 * Clients that mean harm, against the server behind the shipped proxy: what the runtime has no limit for
 * (slow headers, slow and endless bodies, connections without requests) the proxy ends.
 */
import assert from "node:assert/strict";
import { residentKib } from "../bench/process_cost.ts";
import { freePort } from "../src/redis/test_port.ts";
import { type Proxy, startProxy } from "./nginx.ts";
import { type ServerProcess, startServerProcess, until, withFolder } from "./server_process.ts";

/** What the server may grow by while it is attacked, KiB. */
const MOST_GROWTH_KIB = 64 * 1024;
/** The proxy waits 10 seconds for headers and bodies. */
const PROXY_MS = 10_000;
/** A busy machine is late by this much, milliseconds. */
const NOISE_MS = 60;

interface Scene {
  readonly server: ServerProcess;
  readonly proxy: Proxy;
}

async function withProxy(work: (scene: Scene) => Promise<void>): Promise<void> {
  await withFolder(async (env) => {
    const port = freePort();
    const server = await startServerProcess({
      ...env,
      PNL_INTERVAL_MS: "500",
      PNL_ALLOWED_ORIGINS: `http://127.0.0.1:${port}`,
    });
    try {
      const only = Number(new URL(server.url).port);
      await using proxy = await startProxy(port, { app: only, edge1: only, edge2: only });
      await work({ server, proxy });
    } finally {
      await server.end("SIGTERM");
    }
  });
}

/** The time that 99 of 100 requests of somebody else take, in milliseconds. */
async function p99(url: string, requests = 200): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < requests; index++) {
    const from = performance.now();
    const response = await fetch(`${url}/api/pnl/current`);
    await response.body?.cancel();
    assert.equal(response.status, 200);
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[Math.floor(requests * 0.99)]!;
}

/** Others are served as before while the attack lasts, and memory stays where it was. */
async function assertUnharmed(
  { server }: Scene,
  attack: () => Promise<() => void>,
): Promise<void> {
  await p99(server.url);
  const [calm, before] = [await p99(server.url), await residentKib(server.pid)];
  const end = await attack();
  try {
    const attacked = await p99(server.url);
    assert.ok(
      attacked <= 2 * calm + NOISE_MS,
      `p99 ${calm} ms before, ${attacked} ms under attack`,
    );
    const grown = await residentKib(server.pid) - before;
    assert.ok(grown < MOST_GROWTH_KIB, `grew by ${grown} KiB`);
  } finally {
    end();
  }
}

async function connect(port: number, text: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  return connection;
}

/** All that the peer says until it ends the connection. */
async function readAll(connection: Deno.TcpConn): Promise<string> {
  const decoder = new TextDecoder();
  let said = "";
  try {
    for await (const bytes of connection.readable) said += decoder.decode(bytes, { stream: true });
  } catch {
    // Ended without a goodbye, which is one way to end it.
  }
  return said;
}

function close(connections: readonly Deno.TcpConn[]): void {
  for (const connection of connections) {
    try {
      connection.close();
    } catch {
      // The peer, or a reader, has closed it.
    }
  }
}

Deno.test("500 clients with slow headers hold nothing of the server, and are gone after ten seconds", async () => {
  await withProxy(async (scene) => {
    const { proxy, server } = scene;
    let ended: Promise<unknown> = Promise.resolve();
    let drip: ReturnType<typeof setInterval> | undefined;
    const from = performance.now();
    await assertUnharmed(scene, async () => {
      const head = `GET /api/pnl/current HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\n`;
      const slow = await Promise.all(
        Array.from({ length: 500 }, () => connect(proxy.port, head)),
      );
      const line = new TextEncoder().encode("X-A: b\r\n");
      drip = setInterval(
        () => slow.forEach((each) => void each.write(line).catch(() => {})),
        1_000,
      );
      ended = Promise.all(slow.map(readAll));
      return () => {};
    });
    const health = await (await fetch(`${server.url}/health`)).json();
    assert.equal(health.status, "ok");
    await ended;
    clearInterval(drip);
    const tookMs = performance.now() - from;
    assert.ok(tookMs < 2 * PROXY_MS, `the last was gone after ${tookMs} ms`);
  });
});

Deno.test("a body without an end, and one of 300 MB, are refused with 413; one that never comes with 408", async () => {
  await withProxy(async (scene) => {
    const { proxy } = scene;
    await assertUnharmed(scene, async () => {
      const post = `POST /api/session HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\n` +
        "Content-Type: application/json\r\n";
      const endless = await connect(proxy.port, `${post}Transfer-Encoding: chunked\r\n\r\n`);
      const chunk = new TextEncoder().encode(`10000\r\n${"a".repeat(0x10000)}\r\n`);
      const writing = (async () => {
        // More than any buffer on the way holds.
        for (let sent = 0; sent < 256; sent++) await endless.write(chunk);
      })().catch(() => {});
      assert.match(await readAll(endless), /^HTTP\/1\.1 413 /);
      await writing;
      const large = await connect(proxy.port, `${post}Content-Length: 314572800\r\n\r\n`);
      assert.match(await readAll(large), /^HTTP\/1\.1 413 /);
      const silent = await connect(proxy.port, `${post}Content-Length: 10\r\n\r\n`);
      assert.match(await readAll(silent), /^HTTP\/1\.1 408 |^$/);
      return () => {};
    });
  });
});

Deno.test("of 200 streams from one address 100 are let in; the others are told 429", async () => {
  await withProxy(async (scene) => {
    const { proxy, server } = scene;
    await assertUnharmed(scene, async () => {
      const head = `GET /api/pnl/stream HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\n\r\n`;
      const streams = await Promise.all(
        Array.from({ length: 200 }, () => connect(proxy.port, head)),
      );
      const buffer = () => new Uint8Array(64);
      const answers = await Promise.all(streams.map(async (each) => {
        const bytes = buffer();
        const read = await each.read(bytes);
        return new TextDecoder().decode(bytes.subarray(0, read ?? 0)).slice(9, 12);
      }));
      const count = (status: string) => answers.filter((answer) => answer === status).length;
      assert.deepEqual({ in: count("200"), out: count("429") }, { in: 100, out: 100 });
      assert.equal((await (await fetch(`${server.url}/health`)).json()).status, "ok");
      return () => close(streams);
    });
  });
});

Deno.test("a flood of requests from one address is cut to its rate, and others do not feel it", async () => {
  await withProxy(async (scene) => {
    const { proxy } = scene;
    let flooding = true;
    const seen: Record<number, number> = {};
    await assertUnharmed(scene, async () => {
      const flood = async () => {
        while (flooding) {
          const response = await fetch(`http://127.0.0.1:${proxy.port}/api/pnl/current`);
          await response.body?.cancel();
          seen[response.status] = (seen[response.status] ?? 0) + 1;
        }
      };
      const floods = Promise.all(Array.from({ length: 20 }, flood));
      // A slow machine needs a while for more than the rate and what is let through at once.
      await until(() => Promise.resolve(seen[429] ?? 0), (refused) => refused > 0, 20_000);
      return () => {
        flooding = false;
        void floods;
      };
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.ok((seen[429] ?? 0) > 0, JSON.stringify(seen));
    assert.deepEqual(Object.keys(seen).sort(), ["200", "429"]);
  });
});

Deno.test("the proxy passes upgrades on at /ws only, streams as they come, and says where a client is", async () => {
  await withProxy(async ({ proxy }) => {
    const upgrade = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\nConnection: Upgrade\r\n` +
      "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: pnl.v1\r\n\r\n";
    const answer = async (path: string) => {
      const connection = await connect(proxy.port, upgrade(path));
      const bytes = new Uint8Array(256);
      const read = await connection.read(bytes);
      connection.close();
      return new TextDecoder().decode(bytes.subarray(0, read ?? 0)).split("\r\n")[0];
    };
    assert.equal(await answer("/ws"), "HTTP/1.1 101 Switching Protocols");
    assert.equal(await answer("/api/pnl/current"), "HTTP/1.1 200 OK");
    const stream = await fetch(`http://127.0.0.1:${proxy.port}/api/pnl/stream`);
    const reader = stream.body!.getReader();
    const from = performance.now();
    assert.match(
      new TextDecoder().decode((await reader.read()).value),
      /^retry: |^event: snapshot/,
    );
    await reader.read();
    assert.ok(performance.now() - from < 3_000, "the second event did not come as it was made");
    await reader.cancel();
    const metrics = await fetch(`http://127.0.0.1:${proxy.port}/metrics`);
    assert.equal(metrics.status, 403);
    await metrics.body?.cancel();
  });
});

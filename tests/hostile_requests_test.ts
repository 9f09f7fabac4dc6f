/**
 * Clients that mean harm, against the server without a proxy: what it limits itself. Their addresses are
 * told by this machine, which stands for a proxy that limits nothing.
 */
import assert from "node:assert/strict";
import { residentKib } from "../bench/process_cost.ts";
import { handshake } from "../src/http/test_streams.ts";
import { type ServerProcess, startServerProcess, withFolder } from "./server_process.ts";

/** What the server may grow by while it is attacked, KiB. */
const MOST_GROWTH_KIB = 64 * 1024;
/** A busy machine is late by this much, milliseconds. */
const NOISE_MS = 100;
const FLOOD_MS = 3_000;

async function withServer(work: (server: ServerProcess) => Promise<void>): Promise<void> {
  await withFolder(async (env) => {
    const server = await startServerProcess({ ...env, PNL_TRUSTED_PROXIES: "127.0.0.1" });
    try {
      await work(server);
    } finally {
      await server.end("SIGTERM");
    }
  });
}

/** Asks as a client of an address. */
async function ask({ url }: ServerProcess, address: string): Promise<number> {
  const headers = { "x-forwarded-for": address };
  const response = await fetch(`${url}/api/pnl/current`, { headers });
  await response.body?.cancel();
  return response.status;
}

/** The time that 99 of 100 requests of somebody who asks now and then take, in milliseconds. */
async function p99(server: ServerProcess): Promise<number> {
  const times: number[] = [];
  for (const from = performance.now(); performance.now() - from < FLOOD_MS;) {
    const asked = performance.now();
    assert.equal(await ask(server, "198.51.100.1"), 200);
    times.push(performance.now() - asked);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]!;
}

/** Sends as many requests as go through 20 connections while somebody else asks now and then. */
async function flood(server: ServerProcess, addressOf: (n: number) => string) {
  await p99(server);
  const [calm, before] = [await p99(server), await residentKib(server.pid)];
  const seen: Record<number, number> = {};
  let [flooding, sent] = [true, 0];
  const senders = Array.from({ length: 20 }, async () => {
    while (flooding) {
      const status = await ask(server, addressOf(sent++));
      seen[status] = (seen[status] ?? 0) + 1;
    }
  });
  const attacked = await p99(server);
  flooding = false;
  await Promise.all(senders);
  const grown = await residentKib(server.pid) - before;
  assert.ok(attacked <= 2 * calm + NOISE_MS, `p99 ${calm} ms before, ${attacked} ms under attack`);
  assert.ok(grown < MOST_GROWTH_KIB, `grew by ${grown} KiB`);
  return seen;
}

Deno.test("a flood of requests of one address is cut to its rate, and others do not feel it", async () => {
  await withServer(async (server) => {
    const seen = await flood(server, () => "203.0.113.7");
    assert.deepEqual(Object.keys(seen), ["200", "429"]);
    // A burst, and what came back meanwhile; a busy machine floods for longer.
    assert.ok(seen[200]! <= 200 + 100 * 3 * FLOOD_MS / 1_000, JSON.stringify(seen));
    assert.ok(seen[429]! > seen[200]!, JSON.stringify(seen));
  });
});

Deno.test("a flood of requests of ever new addresses grows no memory, and is answered", async () => {
  await withServer(async (server) => {
    const seen = await flood(server, (n) => `2001:db8:${(n % 0x10000).toString(16)}:${n >> 16}::1`);
    assert.deepEqual(Object.keys(seen), ["200"]);
  });
});

Deno.test("of 250 streams of one address 200 are let in, and others do not feel it", async () => {
  await withServer(async (server) => {
    const headers = { "x-forwarded-for": "203.0.113.7" };
    await p99(server);
    const [calm, before] = [await p99(server), await residentKib(server.pid)];
    const ending = new AbortController();
    const streams = await Promise.all(
      Array.from(
        { length: 250 },
        () => fetch(`${server.url}/api/pnl/stream`, { headers, signal: ending.signal }),
      ),
    );
    const count = (wanted: number) => streams.filter(({ status }) => status === wanted).length;
    assert.deepEqual({ in: count(200), out: count(429) }, { in: 200, out: 50 });
    const attacked = await p99(server);
    const grown = await residentKib(server.pid) - before;
    ending.abort();
    assert.ok(attacked <= 2 * calm + NOISE_MS, `p99 ${calm} ms before, ${attacked} ms with them`);
    assert.ok(grown < MOST_GROWTH_KIB, `grew by ${grown} KiB`);
  });
});

Deno.test("a frame of 64 MB ends its connection long before it is there", async () => {
  await withServer(async (server) => {
    const before = await residentKib(server.pid);
    const port = Number(new URL(server.url).port);
    const peer = await Deno.connect({ hostname: "127.0.0.1", port });
    const lines = ["GET /ws HTTP/1.1", ...handshake(port).slice(1), "", ""];
    await peer.write(new TextEncoder().encode(lines.join("\r\n")));
    const answer = new Uint8Array(12);
    await peer.read(answer);
    assert.equal(new TextDecoder().decode(answer), "HTTP/1.1 101");
    const frame = new Uint8Array(14);
    frame.set([0x81, 0xff]);
    new DataView(frame.buffer).setBigUint64(2, 64n * 1024n * 1024n);
    const piece = new Uint8Array(1024 * 1024);
    let [sent, ended] = [0, false];
    const reading = (async () => {
      const buffer = new Uint8Array(65_536);
      while (await peer.read(buffer).catch(() => null) !== null);
      ended = true;
    })();
    try {
      await peer.write(frame);
      for (; sent < 64 && !ended; sent++) {
        for (let at = 0; at < piece.length;) at += await peer.write(piece.subarray(at));
      }
    } catch {
      // The server has ended it.
    }
    await reading;
    peer.close();
    assert.ok(sent < 32, `${sent} MB were taken`);
    const grown = await residentKib(server.pid) - before;
    assert.ok(grown < MOST_GROWTH_KIB, `grew by ${grown} KiB`);
  });
});

import assert from "node:assert/strict";
import { startTestServer, type TestServer } from "../http/test_server.ts";
import { until } from "../http/test_streams.ts";
import type { Broadcast } from "./broadcast.ts";
import { ANYONE } from "./holder.ts";
import { openSse } from "./sse.ts";
import type { Subscriber } from "./subscriber.ts";

/** Keeps the offsets of what the hub offers to everybody. */
function recorder(): Subscriber & { readonly offered: number[] } {
  const offered: number[] = [];
  return {
    transport: "sse",
    offered,
    offer: ({ frame }: Broadcast) => void offered.push(frame.offset),
    keepAlive() {},
    drain() {},
  };
}

/** A client that reads when it is told to, straight from the stream. */
class Reader {
  readonly offsets: number[] = [];
  resets = 0;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor({ hub }: TestServer) {
    this.#reader = openSse(hub, { since: null, holder: ANYONE }).getReader();
  }

  /** Reads until a snapshot of this offset has come. */
  async readTo(offset: number): Promise<void> {
    while (this.offsets.at(-1) !== offset) {
      const { value, done } = await this.#reader.read();
      assert.ok(!done);
      const text = new TextDecoder().decode(value);
      for (const [, at] of text.matchAll(/^id: [0-9a-f]{16}:(\d+)$/gm)) {
        this.offsets.push(Number(at));
      }
      if (text.startsWith("event: reset")) this.resets += 1;
    }
  }

  leave(): Promise<void> {
    return this.#reader.cancel();
  }
}

const current = ({ projector }: TestServer) => projector.current()?.offset ?? 0;
const finalsAfter = ({ projector }: TestServer, offset: number) =>
  projector.finalsAfter(offset, 1_000).map((final) => final.offset);
const provisional = (offset: number) => offset % 2 === 0;

/** A server, a client that has the first snapshot, and a record of what is offered from then on. */
async function begun(server: TestServer) {
  await server.collect("0.5");
  const reader = new Reader(server);
  await reader.readTo(current(server));
  const all = recorder();
  server.hub.add(all);
  return { reader, all, since: current(server), before: server.hub.stats() };
}

Deno.test("SSE to a client that stalls for a while: what was offered was sent or conflated, exactly", async () => {
  await using server = await startTestServer();
  const { reader, all, since, before } = await begun(server);
  // Not so fast that the projection itself leaves some out.
  for (let n = 1; n <= 16; n++) {
    await server.collect(`${n}.75`);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  await server.windows(4);
  await until(() => all.offered.at(-1) === current(server), "offered");
  await reader.readTo(current(server));
  const came = reader.offsets.slice(1);
  const { sent, conflated } = server.hub.stats();
  assert.equal(sent - before.sent, came.length);
  assert.ok(conflated - before.conflated > 3, `${conflated} conflated`);
  assert.equal(came.length + conflated - before.conflated, all.offered.length);
  assert.deepEqual(came.filter((offset) => !provisional(offset)), finalsAfter(server, since));
  assert.deepEqual(came, [...came].sort((a, b) => a - b));
  await reader.leave();
  server.hub.release(all);
});

Deno.test("SSE reads again the finals that did not fit, sends each once, and counts the rest", async () => {
  await using server = await startTestServer();
  const { reader, all, since, before } = await begun(server);
  await server.windows(40);
  await until(() => all.offered.at(-1) === current(server), "offered");
  await reader.readTo(current(server));
  const came = reader.offsets.slice(1);
  assert.deepEqual(came.filter((offset) => !provisional(offset)), finalsAfter(server, since));
  assert.deepEqual(came, [...came].sort((a, b) => a - b));
  assert.equal(reader.resets, 0);
  const { conflated } = server.hub.stats();
  // The one at the end of what was read again was offered before, and is sent all the same.
  const shown = came.filter(provisional).length - 1;
  assert.equal(shown + conflated - before.conflated, all.offered.filter(provisional).length);
  await reader.leave();
  server.hub.release(all);
});

Deno.test("SSE counts what waited for a client that leaves", async () => {
  await using server = await startTestServer();
  const { reader, all, before } = await begun(server);
  await server.windows(12);
  await until(() => all.offered.at(-1) === current(server), "offered");
  await reader.leave();
  const { sent, conflated, connections } = server.hub.stats();
  assert.equal(sent - before.sent + conflated - before.conflated, all.offered.length);
  assert.equal(connections.sse, 1);
  server.hub.release(all);
});

/** From the writer's fold through Redis to the clients of an edge. */
import assert from "node:assert/strict";
import { publish, startTestEdge, type TestEdge } from "../src/http/test_edge.ts";
import { startTestServer, type TestServer } from "../src/http/test_server.ts";
import { type ServerFrame, SseClient, until, WebSocketClient } from "../src/http/test_streams.ts";
import { type FaultyProxy, startFaultyProxy } from "../src/redis/test_proxy.ts";
import { startRedis, type TestRedis } from "../src/redis/testing.ts";

interface Nodes {
  readonly server: TestRedis;
  readonly proxy: FaultyProxy;
  readonly writer: TestServer;
  readonly edge: TestEdge;
}

/** A writer on a real Redis, and an edge behind a proxy. */
async function withNodes(test: (nodes: Nodes) => Promise<void>): Promise<void> {
  await using server = await startRedis();
  await using proxy = await startFaultyProxy(server.port);
  await using writer = await startTestServer();
  await writer.collect("0.5");
  await using _publishing = await publish(writer, server.url);
  await using edge = startTestEdge(proxy.url);
  await together({ writer, edge });
  await test({ server, proxy, writer, edge });
}

/** Waits until the edge shows what the writer shows. */
async function together({ writer, edge }: Pick<Nodes, "writer" | "edge">): Promise<void> {
  await until(
    () => edge.edge.current()?.offset === writer.projector.current()?.offset,
    "as far as the writer",
  );
}

/** Frames of a client until the one at an offset. */
async function framesUntil(client: WebSocketClient, offset: number): Promise<ServerFrame[]> {
  const frames: ServerFrame[] = [];
  for (;;) {
    const frame = await client.next();
    frames.push(frame);
    if (offsetOf(frame) === offset && frame.type === "snapshot") return frames;
  }
}

const offsetOf = ({ pos }: ServerFrame) => pos === undefined ? -1 : Number(pos.split(":")[1]);
const connect = ({ origin }: { readonly origin: string }, since?: string) =>
  new WebSocketClient(`${origin}/ws${since === undefined ? "" : `?since=${since}`}`, ["pnl.v1"]);

Deno.test("An edge has the writer's epoch, its offsets and its bytes", async () => {
  await withNodes(async (nodes) => {
    const { writer, edge } = nodes;
    const client = connect(edge);
    await framesUntil(client, edge.edge.current()!.offset);
    await writer.windows(12);
    await together(nodes);
    const { projector } = writer;
    assert.deepEqual(edge.edge.current(), projector.current());
    assert.deepEqual(edge.edge.finalsAfter(0, 99), projector.finalsAfter(0, 99));
    assert.deepEqual([edge.edge.epoch, edge.edge.completeAfter], [projector.epoch, 0]);
    await until(() => edge.edge.confirmedAgeMs !== null, "confirmed");
    const both = await Promise.all([writer, edge].map(async (node) => {
      const bodies = [];
      const current = `/api/pnl/current?minPosition=${projector.position}`;
      for (const path of [current, "/api/pnl/breakdown"]) {
        const { served: _, ...body } = await (await node.get(path)).json();
        bodies.push(body);
      }
      return bodies;
    }));
    assert.deepEqual(both[0], both[1]);
    const last = projector.current()!.offset;
    const seen = (await framesUntil(client, last)).map(offsetOf);
    const finals = projector.finalsAfter(0, 99).map(({ offset }) => offset);
    assert.deepEqual(seen.filter((offset) => offset % 2 === 1 && offset > 0), finals);
    assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
    await client.close();
  });
});

Deno.test("A client goes on from the writer's position on an edge, and back, without a gap", async () => {
  await withNodes(async (nodes) => {
    const { writer, edge } = nodes;
    let since: string | undefined;
    const finals: number[] = [];
    for (const node of [writer, edge, writer, edge]) {
      const client = connect(node, since);
      const frames = await framesUntil(client, writer.projector.current()!.offset);
      assert.deepEqual(frames.filter(({ type }) => type === "reset"), []);
      finals.push(...frames.map(offsetOf).filter((offset) => offset % 2 === 1 && offset > 0));
      since = frames.at(-1)?.pos;
      await client.close();
      await writer.windows(5);
      await together(nodes);
    }
    const expected = writer.projector.finalsAfter(0, 99).map(({ offset }) => offset).slice(0, 15);
    assert.deepEqual(finals, expected);
  });
});

Deno.test("A client that is ahead of an edge is not moved back: the edge waits, then says so", async () => {
  await withNodes(async (nodes) => {
    const { writer, edge, proxy } = nodes;
    const behind = edge.edge.current()!.offset;
    proxy.hang(true);
    await writer.windows(3);
    const { epoch, offset } = writer.projector.current()!;
    assert.ok(edge.edge.current()!.offset === behind && behind < offset);
    const waiting = connect(edge, `${epoch}:${offset}`);
    assert.equal((await waiting.next()).type, "hello");
    await new Promise((resolve) => setTimeout(resolve, 600));
    proxy.hang(false);
    const first = await waiting.next();
    assert.deepEqual([first.type, first.pos], ["snapshot", `${epoch}:${offset}`]);
    await waiting.close();
    // A position that never was is waited for in vain.
    const nowhere = `${epoch}:${offset + 1_000}`;
    const events = new SseClient(await edge.get(`/api/pnl/stream?lastEventId=${nowhere}`));
    const lost = connect(edge, nowhere);
    assert.equal((await lost.next()).type, "hello");
    const reset = await lost.next();
    assert.deepEqual([reset.type, reset.reason], ["reset", "ahead"]);
    assert.equal((await lost.next()).pos, `${epoch}:${offset}`);
    await lost.close();
    assert.equal(JSON.parse((await events.nextData()).data).reason, "ahead");
    assert.equal((await events.nextData()).id, `${epoch}:${offset}`);
    await events.close();
  });
});

Deno.test("An emptied Redis takes nothing from an edge's clients: they stay and get each final", async () => {
  await withNodes(async (nodes) => {
    const { server, writer, edge } = nodes;
    await writer.windows(3);
    await together(nodes);
    const client = connect(edge);
    const before = await framesUntil(client, writer.projector.current()!.offset);
    await server.client.flushall();
    await writer.windows(3);
    await together(nodes);
    const after = await framesUntil(client, writer.projector.current()!.offset);
    const offsets = [...before, ...after].filter(({ pos }) => pos !== undefined).map(offsetOf);
    assert.deepEqual(offsets, offsets.toSorted((one, other) => one - other));
    const finals = writer.projector.finalsAfter(offsets[0]!, 99).map(({ offset }) => offset);
    assert.ok(finals.length >= 3);
    assert.deepEqual(finals.filter((offset) => !offsets.includes(offset)), []);
    await client.close();
  });
});

import assert from "node:assert/strict";
import { startRedis } from "../redis/testing.ts";
import { publish, startTestEdge, type TestEdge } from "./test_edge.ts";
import { open, shown, TRANSPORTS } from "./test_resume.ts";
import { startTestServer, type TestServer } from "./test_server.ts";
import { until, WebSocketClient } from "./test_streams.ts";

/** A writer with some finals, and an edge that has caught up with it. */
async function withEdge(work: (writer: TestServer, edge: TestEdge) => Promise<void>) {
  await using redis = await startRedis();
  await using writer = await startTestServer();
  await writer.windows(10);
  await using _publishing = await publish(writer, redis.url);
  await using edge = startTestEdge(redis.url);
  await caughtUp(writer, edge);
  await work(writer, edge);
}

const caughtUp = (writer: TestServer, edge: TestEdge) =>
  until(
    () =>
      edge.edge.current()?.offset === writer.projector.current()?.offset &&
      edge.edge.confirmedAgeMs !== null,
    "caught up",
  );

/** The position of the current snapshot. */
const now = ({ projector }: TestServer) => `${projector.epoch}:${projector.current()?.offset}`;

/** What has to come after a position: each final since, then the current snapshot. */
function whole(writer: TestServer, since: string): string[] {
  const { projector } = writer;
  const finals = projector.finalsAfter(Number(since.split(":")[1]), 1_000);
  return [...finals.map(({ offset }) => `${projector.epoch}:${offset}`), now(writer)];
}

for (const by of TRANSPORTS) {
  Deno.test(`a client over ${by} goes from node to node, there and back, and loses nothing`, () =>
    withEdge(async (writer, edge) => {
      const began = await open(writer.origin, by, null);
      const since = await began.next();
      await began.cut();
      const seen: string[] = [];
      for (const node of [edge, writer, edge]) {
        await writer.windows(3);
        await caughtUp(writer, edge);
        const line = await open(node.origin, by, seen.at(-1) ?? since);
        // Cut off within the gap.
        for (let read = 0; read < 2; read++) seen.push(await line.next());
        await line.cut();
      }
      await caughtUp(writer, edge);
      seen.push(...await shown(edge.origin, by, seen.at(-1)!, now(writer)));
      // An edge repeats the current snapshot at its beats: what is new is told once.
      assert.deepEqual([...new Set(seen)], whole(writer, since));
      assert.equal(edge.hub.stats().resets + writer.hub.stats().resets, 0);
    }));

  Deno.test(`an edge says over ${by} where a client cannot go on, with what the writer would say`, () =>
    withEdge(async (writer, edge) => {
      const last = now(writer);
      assert.deepEqual(await shown(edge.origin, by, last, last), [last]);
      const cases = [
        [`${"f".repeat(16)}:4`, "reset epoch"],
        ["garbage", "reset invalid"],
      ] as const;
      for (const [since, reset] of cases) {
        assert.deepEqual(await shown(edge.origin, by, since, last), [reset, last]);
        assert.deepEqual(await shown(writer.origin, by, since, last), [reset, last]);
      }
      // Another node may be that far: it waits for a moment before it says that this is of no past.
      const ahead = last.replace(/\d+$/, "1000000");
      const from = performance.now();
      assert.deepEqual(await shown(edge.origin, by, ahead, last), ["reset ahead", last]);
      assert.ok(performance.now() - from > 1_500);
    }));
}

Deno.test("an edge tells the writer's sources, and names the writer where events are asked for", () =>
  withEdge(async (writer, edge) => {
    const client = new WebSocketClient(`${edge.origin}/ws?channels=events,sources`);
    assert.equal((await client.next()).type, "hello");
    const error = await client.next();
    assert.equal(error.code, "not_on_this_node");
    assert.ok(String(error["message"]).endsWith(`at the writer at ${writer.origin}`));
    const { type, data } = await client.next();
    assert.equal(type, "sources");
    assert.match(JSON.stringify(data), /^\{"revenue":\{"state":"ok","stale":false,/);
    await client.close();
  }));

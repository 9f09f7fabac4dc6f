import assert from "node:assert/strict";
import { startTestServer } from "./test_server.ts";
import { SseClient, until } from "./test_streams.ts";

const STREAM = "/api/pnl/stream";

Deno.test("SSE sends retry and the current snapshot at once, then each new one with its position", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const response = await server.get(STREAM);
  assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  assert.equal(response.headers.get("x-accel-buffering"), "no");
  assert.match(response.headers.get("cache-control") ?? "", /no-transform/);
  const client = new SseClient(response);
  assert.match((await client.next())?.retry ?? "", /^\d{4}$/);
  const first = await client.nextData();
  assert.equal(first.event, "snapshot");
  assert.equal(first.id, `${server.projector.epoch}:${server.projector.current()?.offset}`);
  const { served, ...snapshot } = JSON.parse(first.data);
  assert.equal(served.pos, first.id);
  assert.equal(JSON.stringify(snapshot), server.projector.current()?.json);
  server.clock.step(5_000);
  await server.collect("2");
  const final = await client.nextData();
  assert.equal(
    final.id,
    `${server.projector.epoch}:${server.projector.finalsAfter(0, 1)[0]?.offset}`,
  );
  assert.equal(JSON.parse(final.data).window.final, true);
  assert.equal(JSON.parse((await client.nextData()).data).metrics.totalRevenue, "2.00");
  await client.close();
  await until(() => server.hub.stats().connections.sse === 0, "gone");
});

Deno.test("SSE on an empty log sends the default, marked as such", async () => {
  await using server = await startTestServer();
  const client = new SseClient(await server.get(STREAM));
  const first = await client.nextData();
  assert.equal(first.id, `${server.projector.epoch}:0`);
  assert.equal(JSON.parse(first.data).served.from, "default");
  await client.close();
});

Deno.test("SSE repeats the current snapshot each interval at the same position, with served afresh", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 100 } });
  await server.collect("1");
  const client = new SseClient(await server.get(STREAM));
  const first = await client.nextData();
  server.clock.step(1_234);
  const started = performance.now();
  const tick = await client.nextData();
  const next = await client.nextData();
  assert.ok(performance.now() - started < 3_000);
  assert.equal(tick.id, first.id);
  assert.equal(next.id, first.id);
  const age = ({ data }: { data: string }) => Date.parse(JSON.parse(data).served.at);
  assert.equal(age(tick) - age(first), 1_234);
  await client.close();
});

Deno.test("SSE sends a comment on a quiet line", async () => {
  await using server = await startTestServer({ hub: { keepAliveMs: 50 } });
  await server.collect("1");
  const client = new SseClient(await server.get(STREAM));
  await client.nextData();
  assert.deepEqual(await client.next(), { comment: "alive" });
  assert.deepEqual(await client.next(), { comment: "alive" });
  await client.close();
});

Deno.test("SSE goes on after Last-Event-ID with each final since, then the current", async () => {
  await using server = await startTestServer();
  await server.windows(30);
  const finals = server.projector.finalsAfter(0, 100).map(({ offset }) => offset);
  const epoch = server.projector.epoch;
  for (const seen of [0, 1, 10, 28, 29]) {
    const since = `${epoch}:${seen === 0 ? 0 : finals[seen - 1]}`;
    // The header wins over the query.
    const response = await server.get(`${STREAM}?lastEventId=${seen % 2 === 0 ? since : "bad"}`, {
      headers: seen % 2 === 0 ? {} : { "last-event-id": since },
    });
    const client = new SseClient(response);
    const expected = [...finals.slice(seen), server.projector.current()?.offset];
    const got: number[] = [];
    while (got.length < expected.length) {
      const { event, id } = await client.nextData();
      assert.equal(event, "snapshot");
      got.push(Number(id?.split(":")[1]));
    }
    assert.deepEqual(got, expected, `after ${seen} finals`);
    await client.close();
  }
});

Deno.test("SSE says reset where the gap cannot be filled, then sends the current", async () => {
  await using server = await startTestServer();
  await server.windows(3);
  const current = `${server.projector.epoch}:${server.projector.current()?.offset}`;
  const cases = [
    ["garbage", "invalid"],
    [`${"f".repeat(16)}:2`, "epoch"],
    [`${server.projector.epoch}:999999`, "ahead"],
  ];
  for (const [since, reason] of cases) {
    const client = new SseClient(
      await server.get(STREAM, { headers: { "last-event-id": since ?? "" } }),
    );
    const reset = await client.nextData();
    assert.equal(reset.event, "reset");
    assert.equal(reset.id, undefined);
    assert.deepEqual(JSON.parse(reset.data), { reason, pos: current });
    assert.equal((await client.nextData()).id, current);
    await client.close();
  }
  assert.equal(server.hub.stats().resets, 3);
});

Deno.test("SSE ends cleanly on drain, with a time to come back after", async () => {
  await using server = await startTestServer({ hub: { random: () => 0.5 } });
  const client = new SseClient(await server.get(STREAM));
  await client.nextData();
  const stopping = server.server.stop();
  assert.equal((await client.next())?.retry, "3500");
  assert.equal(await client.next(), null);
  assert.equal(await stopping, true);
});

Deno.test("SSE beyond the limit is 503 with Retry-After", async () => {
  await using server = await startTestServer({ hub: { maxConnections: 1 } });
  const client = new SseClient(await server.get(STREAM));
  await client.nextData();
  const refused = await server.get(STREAM);
  assert.equal(refused.status, 503);
  assert.match(refused.headers.get("retry-after") ?? "", /^\d+$/);
  await refused.body?.cancel();
  await client.close();
  await until(() => server.hub.stats().connections.sse === 0, "gone");
  const again = new SseClient(await server.get(STREAM));
  await again.nextData();
  await again.close();
  assert.equal(server.hub.stats().refused.connections, 1);
});

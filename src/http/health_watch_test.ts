import assert from "node:assert/strict";
import type { LogRecord } from "@logtape/logtape";
import { withLogs } from "../log/test_logs.ts";
import { place } from "../sources/test_poller.ts";
import { fakeSource, poll, totals } from "../sources/testing.ts";
import { startTestServer, type TestServer, totals as totalsAt } from "./test_server.ts";
import { UpstreamError } from "../sources/source.ts";
import { SseClient, until } from "./test_streams.ts";

/** What the watchdog said of a reason, by level. */
function said(records: readonly LogRecord[], reason: string): string[] {
  return records.filter(({ category, properties }) =>
    category.includes("health") && properties.reason === reason
  ).map(({ level }) => level);
}

/** Looks again and again until the watchdog does, or does not, find this. */
function found(server: TestServer, reason: string, expected = true): Promise<void> {
  const { watch } = server.deps.operations;
  return until(() => {
    watch.look();
    return watch.stalls.some((stall) => stall.reason === reason) === expected;
  }, `${reason} is ${expected}`);
}

/** Where a stall has to be shown: `/health`, `/readyz` with its status, and the metric's line. */
async function shown(server: TestServer, reason: string, line: string): Promise<number> {
  const health = await (await server.get("/health")).json();
  assert.equal(health.status, "degraded");
  assert.ok(health.reasons.includes(reason), JSON.stringify(health.reasons));
  const ready = await server.get("/readyz");
  const body = await ready.json();
  assert.ok(body.stalls.includes(reason), JSON.stringify(body));
  const metrics = await (await server.get("/metrics")).text();
  assert.ok(metrics.includes(`\n${line} 1\n`), metrics);
  assert.ok(metrics.includes(`\npnl_health_reason{reason="${reason}"} 1\n`));
  return ready.status;
}

Deno.test("StallWatch finds a source whose poll hangs for ever, and says it once", async () => {
  await withLogs(async (records) => {
    await place(async ({ poller }) => {
      let hang = false;
      const source = fakeSource(() =>
        // It does not even hear that it is to end.
        hang ? new Promise(() => {}) : Promise.resolve(poll([totals("1")]))
      );
      const running = poller([source], { noProgressMs: 50 });
      await using server = await startTestServer({
        polls: () => running.polls(),
        watchIntervalMs: 50,
      });
      running.start();
      await until(() => running.polls()[0]!.outcomes.ok > 3, "polled");
      server.deps.operations.watch.look();
      assert.deepEqual(server.deps.operations.watch.stalls, []);
      hang = true;
      await found(server, "revenue_polling_stopped");
      const line = 'pnl_stalled{part="polling",source="revenue"}';
      // Figures that are not asked for any more are served all the same, as old as they are.
      assert.equal(await shown(server, "revenue_polling_stopped", line), 200);
      server.deps.operations.watch.look();
      assert.deepEqual(said(records, "revenue_polling_stopped"), ["error"]);
    });
  });
});

Deno.test("StallWatch leaves a source alone that waits out its breaker, or was stopped", async () => {
  await place(async ({ poller }) => {
    const failing = fakeSource(() => Promise.reject(new UpstreamError("network", "away")));
    const running = poller([failing], { noProgressMs: 50, breakerResetMs: 60_000 });
    await using server = await startTestServer({ polls: () => running.polls() });
    assert.equal(running.polls()[0]!.overdueAt, null);
    running.start();
    await until(() => running.statuses()[2]!.breaker.state === "OPEN", "open");
    await new Promise((resolve) => setTimeout(resolve, 200));
    server.deps.operations.watch.look();
    assert.deepEqual(server.deps.operations.watch.stalls, []);
    await running.stop();
    assert.equal(running.polls()[0]!.overdueAt, null);
    server.deps.operations.watch.look();
    assert.deepEqual(server.deps.operations.watch.stalls, []);
  });
});

Deno.test("StallWatch finds that nothing is folded any more", async () => {
  await withLogs(async (records) => {
    await using server = await startTestServer({ watchIntervalMs: 50 });
    await server.collect("1");
    server.deps.operations.watch.look();
    await server.stopFolding();
    server.deps.operations.watch.look();
    assert.deepEqual(server.deps.operations.watch.stalls, []);
    server.log.append([totalsAt("2", server.clock.now())]);
    await found(server, "projecting_stopped");
    const line = 'pnl_stalled{part="projecting"}';
    assert.equal(await shown(server, "projecting_stopped", line), 503);
    assert.deepEqual(said(records, "projecting_stopped"), ["error"]);
  });
});

Deno.test("StallWatch finds that nothing is pushed any more, and that it goes on", async () => {
  await withLogs(async (records) => {
    await using server = await startTestServer({ hub: { intervalMs: 50 } });
    await server.collect("1");
    const client = new SseClient(await server.get("/api/pnl/stream"));
    await client.nextData();
    const { projector } = server;
    const current = projector.current.bind(projector);
    projector.current = () => {
      throw new Error("the file is gone");
    };
    await found(server, "pushing_stopped");
    assert.equal(await shown(server, "pushing_stopped", 'pnl_stalled{part="pushing"}'), 503);
    projector.current = current;
    await found(server, "pushing_stopped", false);
    assert.equal((await server.get("/readyz")).status, 200);
    assert.deepEqual(said(records, "pushing_stopped"), ["error", "info"]);
    await client.close();
  });
});

Deno.test("StallWatch finds that the event loop was blocked", async () => {
  await withLogs(async (records) => {
    await using server = await startTestServer();
    await new Promise((resolve) => setTimeout(resolve, 150));
    const end = performance.now() + 2_500;
    while (performance.now() < end);
    await found(server, "event_loop_blocked");
    const line = 'pnl_stalled{part="event_loop"}';
    assert.equal(await shown(server, "event_loop_blocked", line), 200);
    assert.deepEqual(said(records, "event_loop_blocked"), ["error"]);
  });
});

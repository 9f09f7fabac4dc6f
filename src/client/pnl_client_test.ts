import assert from "node:assert/strict";
import { startTestServer, TestClock } from "../http/test_server.ts";
import { soon, until } from "../http/test_streams.ts";
import { ClientRun } from "../../tests/client_run.ts";
import { Gate } from "../../tests/gate.ts";
import { PnlClient } from "./pnl_client.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("PnlClient shows each snapshot with its position, age and transport", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const before = new PnlClient({ url: server.origin });
  assert.deepEqual([before.state.status, before.ageMs()], ["idle", null]);
  using run = new ClientRun(server.origin);
  await run.live("websocket");
  const { state } = run;
  assert.equal(state, run.client.state, "the same object while nothing changes");
  assert.equal(state.position, `${server.projector.epoch}:${server.projector.current()?.offset}`);
  assert.ok(Object.isFrozen(state));
  const age = run.client.ageMs();
  await sleep(30);
  assert.ok(age !== null && run.client.ageMs()! >= age + 25, `${age}`);
  await server.collect("2");
  await run.reaches((now) => now.snapshot?.metrics.totalRevenue === "2.00", "the second");
  assert.deepEqual(run.story, ["connecting", "live websocket"]);
  assert.equal(state.snapshot?.metrics.totalRevenue, "1.00", "an old state stays as it was");
});

Deno.test("PnlClient's age is null where the server never knew, and grows while the machine sleeps", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const clock = new TestClock();
  using run = new ClientRun(server.origin, { clock });
  await run.live("websocket");
  const confirmed = run.state.snapshot?.served.confirmedAgeMs ?? 0;
  // The wall clock goes on where the monotonic one stood still.
  clock.step(3_600_000);
  const age = run.client.ageMs();
  assert.ok(age !== null && age >= confirmed + 3_600_000, `${age}`);
});

Deno.test("PnlClient goes on where it was after a cut, and gives each final out once", async () => {
  await using server = await startTestServer();
  await server.windows(3);
  for (const transport of ["websocket", "sse"] as const) {
    using gate = new Gate(server.server.port);
    using run = new ClientRun(gate.origin, { transports: [transport] });
    await run.live(transport);
    const from = Number(run.state.position?.split(":")[1]);
    for (const _ of [1, 2]) {
      gate.target = null;
      gate.cut();
      await run.reaches(({ status }) => status === "reconnecting", "cut");
      await server.windows(4);
      gate.target = server.server.port;
      await run.live(transport);
    }
    await server.windows(2);
    const expected = server.projector.finalsAfter(from, 100).map(({ offset }) => offset);
    await run.gaveOut(expected);
    assert.deepEqual(run.state.missed, { count: 8, resyncs: 0 });
    assert.match(run.state.lastError?.code ?? "", /closed_1006|unreachable|stream_ended/);
  }
});

Deno.test("PnlClient says that it started over where the log is another one", async () => {
  await using first = await startTestServer();
  await using second = await startTestServer();
  await first.windows(3);
  await second.windows(1);
  using gate = new Gate(first.server.port);
  for (const transport of ["websocket", "sse", "polling"] as const) {
    gate.target = first.server.port;
    using run = new ClientRun(gate.origin, { transports: [transport] });
    await run.live(transport);
    gate.target = second.server.port;
    gate.cut();
    run.client.reconnect();
    const ours = (position: string | null) => position?.startsWith(second.projector.epoch) === true;
    await run.reaches(({ position }) => ours(position), "the other log");
    assert.deepEqual(run.state.missed, { count: 0, resyncs: 1 }, transport);
  }
});

Deno.test("PnlClient stops, starts, pauses and resumes without losing a final", async () => {
  await using server = await startTestServer();
  await server.windows(2);
  using run = new ClientRun(server.origin);
  await run.live("websocket");
  const from = Number(run.state.position?.split(":")[1]);
  const gone = () =>
    until(() => server.hub.stats().connections.websocket === 0, "no connection left");
  run.client.pause();
  assert.deepEqual([run.state.status, run.state.transport], ["paused", null]);
  await gone();
  await server.windows(2);
  assert.notEqual(run.state.snapshot, null);
  run.client.reconnect();
  assert.equal(run.state.status, "paused");
  run.client.resume();
  await run.live("websocket");
  run.client.stop();
  assert.equal(run.state.status, "idle");
  await gone();
  await server.windows(2);
  run.client.start();
  run.client.start();
  await run.live("websocket");
  const expected = server.projector.finalsAfter(from, 100).map(({ offset }) => offset);
  await run.gaveOut(expected);
});

Deno.test("PnlClient is iterated: the newest snapshot each time, none twice", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  using run = new ClientRun(server.origin);
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { metrics, served } of run.client) {
      seen.push(`${served.pos} ${metrics.totalRevenue}`);
      if (metrics.totalRevenue === "3.00") return;
    }
  })();
  await until(() => seen.length === 1, "first");
  await server.collect("2", "3");
  await soon(reading, "the third");
  assert.equal(new Set(seen).size, seen.length);
});

Deno.test("PnlClient's listeners do not disturb it or each other", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const client = new PnlClient({ url: server.origin });
  const thrown: unknown[] = [];
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    thrown.push(event.error);
  };
  addEventListener("error", onError);
  let calls = 0;
  client.subscribe(() => {
    throw new Error("mine");
  });
  const end = client.subscribe(() => calls += 1);
  client.start();
  await until(() => client.state.snapshot !== null && thrown.length > 0, "a snapshot");
  assert.ok(calls >= 3);
  end();
  const before = calls;
  client.stop();
  assert.equal(calls, before);
  await sleep(0);
  removeEventListener("error", onError);
});

Deno.test("PnlClient takes no URL but one of http, and keeps its path", () => {
  assert.throws(() => new PnlClient({ url: "ws://127.0.0.1/" }), /no URL of http/);
  assert.throws(() => new PnlClient({ url: "/only/a/path" }), TypeError);
});

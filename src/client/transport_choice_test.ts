import assert from "node:assert/strict";
import { startTestServer } from "../http/test_server.ts";
import { until } from "../http/test_streams.ts";
import { ClientRun } from "../../tests/client_run.ts";
import { type Fate, Gate } from "../../tests/gate.ts";

const STREAM = "/api/pnl/stream";

/** Everything but these paths passes. */
function blocking(fate: Fate, ...paths: string[]): (path: string) => Fate {
  return (path) => paths.includes(path) ? fate : "pass";
}

Deno.test("PnlClient falls back to sse and to polling after two attempts each, and comes up again", async () => {
  await using server = await startTestServer();
  await server.windows(2);
  for (const fate of ["bad_gateway", "hang"] as const) {
    using gate = new Gate(server.server.port);
    gate.fate = blocking(fate, "/ws", STREAM);
    using run = new ClientRun(gate.origin);
    await run.live("polling", 10_000);
    assert.deepEqual(gate.paths.slice(0, 4), ["/ws", "/ws", STREAM, STREAM], fate);
    const from = Number(run.state.position?.split(":")[1]);
    assert.equal(run.state.status, "polling");
    await server.windows(3);
    gate.fate = blocking(fate, "/ws");
    await run.live("sse", 10_000);
    await server.windows(1);
    gate.fate = () => "pass";
    await run.live("websocket", 10_000);
    const expected = server.projector.finalsAfter(from, 100).map(({ offset }) => offset);
    await run.gaveOut(expected);
    assert.equal(run.state.missed.resyncs, 0);
    // The line is never down on the way up.
    const up = run.story.slice(run.story.indexOf("polling polling"));
    assert.deepEqual(up, ["polling polling", "live sse", "live websocket"]);
    await until(() => server.hub.stats().connections.sse === 0, "one line alone");
  }
});

Deno.test("PnlClient begins with the best again after everything failed", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  using gate = new Gate(server.server.port);
  using run = new ClientRun(gate.origin);
  await run.live("websocket");
  gate.target = null;
  gate.cut();
  await until(() => gate.paths.filter((path) => path === "/api/pnl/current").length > 2, "tried");
  gate.target = server.server.port;
  const from = gate.paths.length;
  await run.reaches(({ status }) => status === "live" || status === "polling", "back");
  await run.live("websocket");
  assert.ok(gate.paths.length - from <= 4, gate.paths.slice(from).join(" "));
});

Deno.test("PnlClient does not try again what refuses it, and says so when all do", async () => {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    asked.push(new URL(request.url).pathname);
    if (!asked.at(-1)?.endsWith("/ws")) return new Response("no", { status: 401 });
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "pnl.v1" });
    socket.onopen = () => socket.close(4401, "not_authorised");
    return response;
  });
  using run = new ClientRun(`http://127.0.0.1:${server.addr.port}/under/here`);
  await run.reaches(({ status }) => status === "refused", "refused");
  const once = ["/under/here/ws", `/under/here${STREAM}`, "/under/here/api/pnl/current"];
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual(asked, once);
  assert.equal(run.state.lastError?.code, "http_401");
  run.client.reconnect();
  await until(() => asked.length === 6, "asked once more");
  assert.deepEqual(asked.slice(3), once);
  await run.reaches(({ status }) => status === "refused", "refused again");
  run.client.stop();
  run.client.start();
  await until(() => asked.length === 9, "and by starting it again");
  run.client.stop();
  await server.shutdown();
});

Deno.test("PnlClient gives up a line that is silent for three intervals, though its socket is open", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 250 } });
  await server.collect("1");
  using gate = new Gate(server.server.port);
  using run = new ClientRun(gate.origin, { transports: ["websocket"] });
  await run.live("websocket");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.deepEqual(run.story, ["connecting", "live websocket"], "ticks keep it alive");
  const from = performance.now();
  gate.silent = true;
  await run.reaches(({ lastError }) => lastError?.code === "silent", "given up");
  const waited = performance.now() - from;
  assert.ok(waited >= 400 && waited < 1_000, `${waited} ms`);
  gate.silent = false;
  await run.live("websocket");
});

Deno.test("PnlClient comes back when the server said, and spread where it did not", async () => {
  const server = await startTestServer({ hub: { random: () => 0.1 } });
  await server.collect("1");
  using gate = new Gate(server.server.port);
  using run = new ClientRun(gate.origin, { transports: ["websocket"], random: () => 0.5 });
  await run.live("websocket");
  await server[Symbol.asyncDispose]();
  await run.reaches(({ status }) => status === "reconnecting", "sent away");
  // 1,000 ms and a tenth of 5,000: the server's own spread.
  const waitMs = (run.state.retryAt ?? 0) - Date.now();
  assert.ok(waitMs > 1_300 && waitMs <= 1_500, `${waitMs} ms`);
  assert.equal(run.state.lastError?.code, "closed_1001");
  await using next = await startTestServer();
  gate.target = next.server.port;
  await run.live("websocket");
  gate.target = null;
  gate.cut();
  const waits: number[] = [];
  run.client.subscribe(() => {
    const { retryAt } = run.state;
    if (retryAt !== null) waits.push(Math.round((retryAt - Date.now()) / 5) * 5);
  });
  await until(() => waits.length >= 5, "attempts");
  // Half of 20, 40, 80, 100, 100.
  assert.deepEqual(waits.slice(0, 5), [10, 20, 40, 50, 50]);
});

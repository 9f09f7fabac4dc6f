import assert from "node:assert/strict";
import { until as untilHolds } from "../src/http/test_streams.ts";
import { ClientRun } from "./client_run.ts";
import { Gate } from "./gate.ts";
import { startServerProcess, withFolder } from "./server_process.ts";

Deno.test("a client loses no final through a restart of the server and a kill", async () => {
  await withFolder(async (env) => {
    const start = () =>
      startServerProcess({
        ...env,
        PNL_INTERVAL_MS: "500",
        KALSHI_POLL_MS: "300",
        REVENUE_POLL_MS: "300",
      });
    const portOf = (url: string) => Number(new URL(url).port);
    let server = await start();
    using gate = new Gate(portOf(server.url));
    using run = new ClientRun(gate.origin);
    await run.live("websocket", 15_000);
    const [epoch, from] = (run.state.position ?? "").split(":");
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const before = run.finals.length;
      await untilHolds(() => run.finals.length > before, "a final", 15_000);
      gate.target = null;
      await server.end(signal);
      await run.reaches(({ status }) => status === "reconnecting", "cut");
      server = await start();
      gate.target = portOf(server.url);
      await run.reaches(({ status }) => status === "live", "live again", 15_000);
    }
    const before = run.finals.length;
    await untilHolds(() => run.finals.length > before, "a final", 15_000);
    assert.equal(run.state.position?.split(":")[0], epoch, "the epoch is the same");
    assert.equal(run.state.missed.resyncs, 0);
    const page = await fetch(`${server.url}/api/pnl/history?limit=1000`);
    const { items } = await page.json() as { items: { position: number }[] };
    const last = run.finals.at(-1) ?? 0;
    const expected = items.map(({ position }) => 2 * position + 1)
      .filter((offset) => offset > Number(from) && offset <= last);
    assert.deepEqual(run.finals.filter((offset) => offset <= last), expected);
    run.client.stop();
    await server.end("SIGTERM");
  });
});

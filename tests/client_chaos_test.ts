import assert from "node:assert/strict";
import fc from "fast-check";
import { startTestServer } from "../src/http/test_server.ts";
import { ClientRun } from "./client_run.ts";
import { Gate } from "./gate.ts";

const STREAM = "/api/pnl/stream";
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What happens to a client, one thing after the other. */
const happening = fc.constantFrom(
  ...["windows", "windows", "windows", "cut", "cut", "silent", "speaks", "down", "up"],
  ...["no ws", "ws", "no stream", "stream", "pause", "resume", "reconnect", "wait", "wait"],
);

Deno.test("a client gives out every final once and in order, whatever happens on the way", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 200, random: () => 0 } });
  await server.windows(1);
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 10, maxLength: 30 }), async (happenings) => {
      using gate = new Gate(server.server.port);
      const blocked = new Set<string>();
      gate.fate = (path) => blocked.has(path) ? "bad_gateway" : "pass";
      using run = new ClientRun(gate.origin, {
        timings: { connectMs: 300, firstProbeMs: 50, longestProbeMs: 100 },
      });
      await run.live("websocket");
      const from = Number(run.state.position?.split(":")[1]);
      const offsets: number[] = [];
      run.client.subscribe(() => offsets.push(Number(run.state.position?.split(":")[1])));
      const acts: Record<string, () => void | Promise<void>> = {
        windows: () => server.windows(2),
        cut: () => gate.cut(),
        silent: () => void (gate.silent = true),
        speaks: () => {
          // What was held back is lost, as with a line that died.
          gate.silent = false;
          gate.cut();
        },
        down: () => void (gate.target = null),
        up: () => void (gate.target = server.server.port),
        "no ws": () => void blocked.add("/ws"),
        ws: () => void blocked.delete("/ws"),
        "no stream": () => void blocked.add(STREAM),
        stream: () => void blocked.delete(STREAM),
        pause: () => run.client.pause(),
        resume: () => run.client.resume(),
        reconnect: () => run.client.reconnect(),
        wait: () => sleep(150),
      };
      for (const each of happenings) {
        await acts[each]?.();
        await sleep(10);
      }
      for (const last of ["speaks", "up", "ws", "stream", "resume", "reconnect"]) {
        await acts[last]?.();
      }
      await server.windows(1);
      const expected = server.projector.finalsAfter(from, 1_000).map(({ offset }) => offset);
      await run.gaveOut(expected, 10_000);
      assert.equal(run.state.missed.resyncs, 0);
      assert.deepEqual(offsets, offsets.toSorted((a, b) => a - b), "never moved back");
    }),
    { numRuns: 12, endOnFailure: true },
  );
});

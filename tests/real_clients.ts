/** A server that is restarted while clients follow it, and what each client must have been given then. */
import assert from "node:assert/strict";
import { until as untilHolds } from "../src/http/test_streams.ts";
import { freePort } from "../src/redis/test_port.ts";
import { startServerProcess, withFolder } from "./server_process.ts";
import { missedFinals, type StreamFollower } from "./stream_follower.ts";

/** Clients come back up to six seconds after the server told them to. */
const PATIENCE_MS = 30_000;

/** Clients by name. */
export type Clients = Readonly<Record<string, StreamFollower>>;

/**
 * Clients follow a server that is stopped and started again at the same address, its data kept. Each has
 * to come back, go on from its position without a reset, go never backwards, and miss no final.
 *
 * @param start starts the clients of a server
 */
export async function throughRestart(
  start: (url: string) => Clients | Promise<Clients>,
): Promise<void> {
  await withFolder(async (folder) => {
    const env = {
      ...folder,
      PORT: String(freePort()),
      PNL_INTERVAL_MS: "500",
      KALSHI_POLL_MS: "300",
      REVENUE_POLL_MS: "300",
    };
    let server = await startServerProcess(env);
    const clients = Object.entries(await start(server.url));
    try {
      const eachHasFinals = (count: number, what: string) =>
        Promise.all(
          clients.map(([name, client]) =>
            untilHolds(() => finalsOf(client) >= count, `${name}: ${what}`, PATIENCE_MS)
          ),
        );
      await eachHasFinals(2, "two finals");
      await server.end("SIGTERM");
      const before = new Map(clients.map(([name, client]) => [name, finalsOf(client)]));
      server = await startServerProcess(env);
      for (const [name, client] of clients) {
        const wanted = before.get(name)! + 2;
        await untilHolds(
          () => finalsOf(client) >= wanted,
          `${name}: finals after the restart, ${JSON.stringify(client.breaches)}`,
          PATIENCE_MS,
        );
      }
      const page = await fetch(`${server.url}/api/pnl/history?limit=1000`);
      const { items } = await page.json() as { items: { position: number }[] };
      const all = items.map(({ position }) => 2 * position + 1);
      for (const [name, client] of clients) {
        assert.ok(client.connections >= 2, `${name} came back`);
        assert.equal(client.resets, 0, `${name} goes on from its position`);
        assert.deepEqual(client.breaches, [], `${name} never goes backwards`);
        assert.deepEqual(missedFinals(client.finals, all), [], `${name} misses no final`);
      }
    } finally {
      await Promise.allSettled(clients.map(([, client]) => client.stop()));
      await server.end("SIGTERM");
    }
  });
}

function finalsOf(client: StreamFollower): number {
  return client.finals.flat().length;
}

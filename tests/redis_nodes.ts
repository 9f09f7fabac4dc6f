/** A writer and its edges as processes of their own, on a real Redis and a billing service that grows. */
import assert from "node:assert/strict";
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import type { LogLine } from "../src/log/event_log.ts";
import { systemClock } from "../src/log/system_clock.ts";
import { type Billing, BILLING_POLL_MS, startBilling } from "./billing.ts";
import { type ServerProcess, startServerProcess, until } from "./server_process.ts";

/** Length of a window, and time between two heartbeats. */
export const INTERVAL_MS = 500;

/** A folder, a billing service, and the processes started with them; all of it goes with the test. */
export class Nodes implements AsyncDisposable {
  readonly folder: string;
  readonly billing: Billing;
  readonly #running: ServerProcess[] = [];

  private constructor(folder: string, billing: Billing) {
    this.folder = folder;
    this.billing = billing;
  }

  /** An empty folder and a billing service; nothing runs yet. */
  static async prepare(): Promise<Nodes> {
    return new Nodes(await Deno.makeTempDir({ prefix: "pnl-" }), startBilling());
  }

  /** Settings of a writer on the data directory `name`. */
  writerEnv(redisUrl: string, name = "data"): Record<string, string> {
    return {
      PORT: "0",
      PNL_DATA_DIR: `${this.folder}/${name}`,
      LOG_DIR: `${this.folder}/${name}-logs`,
      PNL_INTERVAL_MS: String(INTERVAL_MS),
      REVENUE_BASE_URL: this.billing.url,
      REVENUE_POLL_MS: String(BILLING_POLL_MS),
      REDIS_URL: redisUrl,
    };
  }

  /** Starts a writer and waits until it has events. */
  async writer(redisUrl: string, name = "data"): Promise<ServerProcess> {
    const server = await this.start(this.writerEnv(redisUrl, name));
    await until(
      () => current(server),
      ({ position, served }) => position > 2 && served.from !== "default",
      10_000,
    );
    return server;
  }

  /** Starts an edge and waits until it shows a number that is confirmed. */
  async edge(redisUrl: string): Promise<ServerProcess> {
    const server = await this.start({
      PORT: "0",
      PNL_ROLE: "edge",
      PNL_INTERVAL_MS: String(INTERVAL_MS),
      LOG_DIR: `${this.folder}/edge-logs-${this.#running.length}`,
      REDIS_URL: redisUrl,
    });
    await until(
      () => current(server),
      ({ served }) => served.from !== "default" && served.confirmed,
      10_000,
    );
    return server;
  }

  /** The log of the data directory `name`, read beside the server that writes it. */
  async lines(name = "data"): Promise<LogLine[]> {
    const path = `${this.folder}/${name}/events.db`;
    const log = await openSqliteEventLog({ path, clock: systemClock, readOnly: true });
    try {
      const lines: LogLine[] = [];
      for (let page = log.read({ limit: 10_000 }); page.length > 0;) {
        lines.push(...page);
        page = log.read({ after: lines.length, limit: 10_000 });
      }
      return lines;
    } finally {
      log.close();
    }
  }

  /**
   * Starts a server that ends with the test.
   *
   * @param root the checkout that it is of; this one by default
   */
  async start(env: Record<string, string>, root?: URL): Promise<ServerProcess> {
    const server = await startServerProcess(env, root);
    this.#running.push(server);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A process that was ended before answers at once.
    await Promise.all(this.#running.map((server) => server.end("SIGKILL")));
    await this.billing[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** The current snapshot, as a reader of the API gets it. */
export async function current(server: ServerProcess) {
  const response = await fetch(`${server.url}/api/pnl/current`);
  assert.equal(response.status, 200);
  return await response.json();
}

/**
 * Appends of the log in each whole second, by the events' recorded times.
 *
 * @param from, to wall-clock milliseconds
 * @returns the counts, and the longest time between two appends, milliseconds
 */
export function appendRate(
  lines: readonly LogLine[],
  from: number,
  to: number,
): { readonly perSecond: readonly number[]; readonly longestGapMs: number } {
  const times = lines.map(({ line }) => Date.parse(JSON.parse(line).recordedtime))
    .filter((time) => time >= from && time <= to);
  const perSecond = Array.from(
    { length: Math.floor((to - from) / 1000) },
    (_, second) => times.filter((time) => Math.floor((time - from) / 1000) === second).length,
  );
  const longestGapMs = [...times, to].reduce(
    ({ last, longest }, time) => ({ last: time, longest: Math.max(longest, time - last) }),
    { last: from, longest: 0 },
  ).longest;
  return { perSecond, longestGapMs };
}

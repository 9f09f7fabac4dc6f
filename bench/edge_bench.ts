/**
 * Push through Redis: one writer (this process), Redis and three edges in processes of their own, and
 * the WebSocket clients spread over the edges. Beside it, in the same run, as many clients of the writer
 * itself.
 */
import { join } from "node:path";
import { freePort } from "../src/redis/test_port.ts";
import { openSqliteEventLog, type SqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { systemClock as clock } from "../src/log/system_clock.ts";
import { fillMaker } from "./fixture.ts";
import { grantedFlags, launchServer } from "./launch.ts";
import { publish, redisOrNull } from "./publish.ts";
import { type PushServer, startPushServer } from "./push_server.ts";
import { quantile, report } from "./report.ts";
import type { Gathered } from "./stream_clients.ts";

const CLIENTS = 1_000;
/** One process can bear a thousand clients; two share the burst of a broadcast. */
const PROCESSES = 2;
const EDGES = 3;
const EVENTS = 250;
/** Below 20 a second, so that no snapshot is merged into the next one. */
const PAUSE_MS = 60;
const WINDOW_MS = 1_000;
/** What is on its way when the last event is appended arrives within this time. */
const ARRIVAL_MS = 2_000;

/** The clients of one process. */
interface Clients {
  /** Ends them. */
  gather(): Promise<Gathered>;
}

/** Starts clients, and waits until each has a snapshot. */
async function startClients(count: number, urls: readonly string[]): Promise<Clients> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "--allow-net=127.0.0.1"],
      new URL("./stream_clients.ts", import.meta.url).pathname,
      ...[String(count), ...urls],
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  if ((await lines.next()).done === true) throw new Error("The clients could not connect");
  return {
    gather: async () => {
      await child.stdin.close();
      let text = "";
      for (let next = await lines.next(); !next.done; next = await lines.next()) text += next.value;
      await child.status;
      return JSON.parse(text);
    },
  };
}

/** Appends at a steady pace; gives when each position was appended. */
async function append(log: SqliteEventLog): Promise<Map<number, number>> {
  const make = fillMaker(log.head().position);
  const sent = new Map<number, number>();
  for (let i = 0; i < EVENTS; i++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    sent.set(log.head().position + 1, performance.timeOrigin + performance.now());
    log.append([make(clock.now())]);
  }
  return sent;
}

/** One measurement: clients on some addresses while the log grows. */
async function measure(
  name: string,
  log: SqliteEventLog,
  { projector }: PushServer,
  urls: readonly string[],
): Promise<void> {
  const groups = await Promise.all(
    Array.from({ length: PROCESSES }, () => startClients(CLIENTS / PROCESSES, urls)),
  );
  const finals: number[] = [];
  const stop = projector.subscribe((frame) => {
    if (frame.final) finals.push(frame.offset);
  });
  const sent = await append(log);
  await new Promise((resolve) => setTimeout(resolve, ARRIVAL_MS));
  stop();
  const gathered = await Promise.all(groups.map((group) => group.gather()));
  const delays = [...sent].map(([position, at]) =>
    gathered.flatMap(({ arrivals }) => arrivals[position] ?? []).map((arrival) => arrival - at)
  );
  const all = delays.flat();
  const first = delays.map((each) => each.reduce((least, next) => Math.min(least, next), Infinity));
  const detail = `${CLIENTS} clients, ${EVENTS} durable appends, ${all.length} arrivals; ` +
    `the first client of each ${quantile(first, 0.5).toFixed(1)} ms`;
  report(`${name}, p50`, quantile(all, 0.5), " ms", detail);
  report(`${name}, p99`, quantile(all, 0.99), " ms", detail);
  const whole = gathered.reduce((sum, each) => sum + (each.finals[finals.join(" ")] ?? 0), 0);
  report("clients that got every final snapshot", whole, "", `${finals.length} finals`, {
    at: "least",
    value: CLIENTS,
  });
  const back = gathered.reduce((sum, each) => sum + each.backwards + each.lost, 0);
  report("frames backwards, connections lost", back, "", "", { at: "most", value: 0 });
}

/** Starts an edge; `stack` stops it. Gives the address of its stream. */
async function startEdge(
  redisUrl: string,
  logDir: string,
  stack: AsyncDisposableStack,
): Promise<string> {
  const env = {
    PNL_ROLE: "edge",
    REDIS_URL: redisUrl,
    PNL_INTERVAL_MS: String(WINDOW_MS),
    LOG_DIR: logDir,
    PORT: String(freePort()),
    LOG_LEVEL: "error",
  };
  stack.use(await launchServer(env, await grantedFlags(env)));
  return `ws://127.0.0.1:${env.PORT}/ws`;
}

/** Runs the benchmark. */
export async function edgeBench(dir: string): Promise<void> {
  console.log("Push through Redis");
  await using stack = new AsyncDisposableStack();
  const home = join(dir, "edge");
  await Deno.mkdir(home);
  const log = await openSqliteEventLog({ path: join(home, "events.db"), clock });
  stack.defer(() => log.close());
  log.append([fillMaker(0)(clock.now())]);
  const server = await startPushServer(log, home, WINDOW_MS, stack);
  const own = `ws://127.0.0.1:${server.port}/ws`;
  await measure("append to client of the writer", log, server, [own]);
  const redis = stack.use(await redisOrNull());
  if (redis === null) return;
  stack.use(await publish(log, server, redis.url, WINDOW_MS));
  const edges: string[] = [];
  for (let i = 0; i < EDGES; i++) {
    edges.push(await startEdge(redis.url, join(dir, `edge-logs-${i}`), stack));
  }
  await measure(`append to client of ${EDGES} edges`, log, server, edges);
}

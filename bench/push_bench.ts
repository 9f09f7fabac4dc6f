/** Push: from the call of `append` to the snapshot that holds the event at a WebSocket client. */
import { join } from "node:path";
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { systemClock as clock } from "../src/log/system_clock.ts";
import { fillMaker } from "./fixture.ts";
import { startPushServer } from "./push_server.ts";
import { quantile, report } from "./report.ts";

const EVENTS = 300;
/** Below 20 a second, so that no snapshot is merged into the next one. */
const PAUSE_MS = 60;
const WINDOW_MS = 5000;

/** Runs the benchmark. */
export async function pushBench(dir: string): Promise<void> {
  console.log("Push");
  await using stack = new AsyncDisposableStack();
  const home = join(dir, "push");
  await Deno.mkdir(home);
  const log = await openSqliteEventLog({ path: join(home, "events.db"), clock });
  stack.defer(() => log.close());
  const make = fillMaker(5);
  log.append([make(clock.now())]);
  const server = await startPushServer(log, home, WINDOW_MS, stack);
  const first = log.head().position;
  const client = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      `--allow-net=127.0.0.1:${server.port}`,
      new URL("./push_client.ts", import.meta.url).pathname,
      `ws://127.0.0.1:${server.port}/ws`,
      String(first + EVENTS),
    ],
    stdout: "piped",
  }).spawn();
  const lines = client.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  await lines.next();
  const sent = new Map<string, number>();
  for (let i = 1; i <= EVENTS; i++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    sent.set(String(first + i), performance.timeOrigin + performance.now());
    log.append([make(clock.now())]);
  }
  let text = "";
  for (let next = await lines.next(); !next.done; next = await lines.next()) text += next.value;
  await client.status;
  const arrivals: Record<string, number> = JSON.parse(text);
  const delays = [...sent].map(([position, at]) => (arrivals[position] ?? Infinity) - at);
  const detail = `${EVENTS} durable appends, client in its own process`;
  report("append to WebSocket client, p50", quantile(delays, 0.5), " ms", detail);
  report("append to WebSocket client, p99", quantile(delays, 0.99), " ms", detail);
}

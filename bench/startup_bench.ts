/** Start-up: from launching the process to the first snapshot served, on a log of 100,000 events. */
import { join } from "node:path";
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { fillMaker, SteppedClock } from "./fixture.ts";
import { median, report } from "./report.ts";

const RUNS = 5;
const EVENTS = 100_000;
const PER_WINDOW = 20;
const PATIENCE_MS = 60_000;

/** A log of 100,000 fills, 20 in each window of five seconds, that ends now. */
async function seed(path: string): Promise<void> {
  const clock = new SteppedClock(Date.now() - (EVENTS / PER_WINDOW + 10) * 5000);
  const log = await openSqliteEventLog({ path, clock });
  const make = fillMaker(3);
  while (log.head().position < EVENTS) {
    log.append(Array.from({ length: PER_WINDOW }, () => make(clock.now())));
    clock.step(5000);
  }
  log.close();
}

/** A free port of the loopback address. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** The flags that the `start` task gives to the server in this environment. */
async function flags(env: Record<string, string>): Promise<string[]> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--allow-env", "main.ts", "permissions"],
    env,
  }).output();
  return new TextDecoder().decode(output.stdout).trim().split(" ");
}

/** Launches the server, waits for a snapshot that is no default, and stops it. Returns milliseconds. */
async function launch(env: Record<string, string>, granted: readonly string[]): Promise<number> {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "--cached-only", ...granted, "main.ts", "serve"],
    env,
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    while (performance.now() - start < PATIENCE_MS) {
      const answer = await fetch(`http://127.0.0.1:${env.PORT}/api/pnl/current`)
        .then((response) => response.json()).catch(() => null);
      if (answer !== null && answer.served.from !== "default") return performance.now() - start;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error(`The server served no snapshot within ${PATIENCE_MS} ms`);
  } finally {
    child.kill("SIGTERM");
    await child.status;
  }
}

/** Runs the benchmark. */
export async function startupBench(dir: string): Promise<void> {
  console.log("Start-up");
  const data = join(dir, "startup");
  await Deno.mkdir(join(data, "sandbox"), { recursive: true });
  await seed(join(data, "sandbox", "events.db"));
  const env = {
    PNL_DATA_DIR: data,
    LOG_DIR: join(dir, "logs"),
    PORT: String(freePort()),
    LOG_LEVEL: "error",
  };
  const granted = await flags(env);
  const first = await launch(env, granted);
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await launch(env, granted));
  report("launch to first snapshot, 100 k events", median(runs), " ms", `median of ${RUNS}`, {
    at: "most",
    value: 500,
  });
  report("the same where the projection is missing", first, " ms", "one run: a full replay first");
}

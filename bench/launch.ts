/** The server as operators run it: a process with the flags of the `start` task, on a seeded log. */
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { fillMaker, SteppedClock } from "./fixture.ts";

const PER_WINDOW = 20;
const PATIENCE_MS = 60_000;

/** What the tasks set for the C library; see docs/decisions/0021_memory.md. */
const MALLOC = { MALLOC_ARENA_MAX: "1" };

/** A server that runs. */
export interface Launched extends AsyncDisposable {
  /** Its process id. */
  readonly pid: number;
  /** From launching the process to the first snapshot that is no default, in milliseconds. */
  readonly launchMs: number;
  /** The body of that snapshot. */
  readonly body: string;
}

/** A log of so many fills, 20 in each window of five seconds, that ends now. */
export async function seedLog(path: string, events: number): Promise<void> {
  const clock = new SteppedClock(Date.now() - (events / PER_WINDOW + 10) * 5000);
  const log = await openSqliteEventLog({ path, clock });
  const make = fillMaker(3);
  while (log.head().position < events) {
    log.append(Array.from({ length: PER_WINDOW }, () => make(clock.now())));
    clock.step(5000);
  }
  log.close();
}

/** The flags that its task gives to a subcommand in this environment, `serve` where none is named. */
export async function grantedFlags(
  env: Record<string, string>,
  subcommand = "serve",
): Promise<string[]> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--allow-env",
      "--allow-read",
      "main.ts",
      "permissions",
      "--for",
      subcommand,
    ],
    env,
  }).output();
  return new TextDecoder().decode(output.stdout).trim().split(" ");
}

/**
 * Launches the server and waits for a snapshot that is no default. Disposing stops it.
 *
 * @param env settings; `PORT` is the port that it is to listen on
 * @param headers of the request for the snapshot
 */
export async function launchServer(
  env: Record<string, string>,
  granted: readonly string[],
  headers: Record<string, string> = {},
): Promise<Launched> {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "--cached-only", ...granted, "dist/server/main.js", "serve"],
    env: { ...MALLOC, ...env },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stop = () => child[Symbol.asyncDispose]();
  while (performance.now() - start < PATIENCE_MS) {
    const body = await fetch(`http://127.0.0.1:${env.PORT}/api/pnl/current`, { headers })
      .then((response) => response.text()).catch(() => null);
    if (body !== null && JSON.parse(body).served.from !== "default") {
      const launchMs = performance.now() - start;
      return { pid: child.pid, launchMs, body, [Symbol.asyncDispose]: stop };
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await stop();
  throw new Error(`The server served no snapshot within ${PATIENCE_MS} ms`);
}

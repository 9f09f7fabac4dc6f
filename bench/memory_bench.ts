/**
 * Memory at rest: the server as operators run it, a minute after its start, while it polls and nobody asks
 * it anything, beside a bare `Deno.serve` under the same flags. Once with the stand-ins in its own process,
 * as it runs where no upstream is configured, once with upstreams that are elsewhere.
 */
import { join } from "node:path";
import { freePort } from "../src/redis/test_port.ts";
import { grantedFlags, launchServer } from "./launch.ts";
import { LineProcess } from "./line_process.ts";
import { type Memory, memoryOf } from "./process_cost.ts";
import { median, report } from "./report.ts";

const RUNS = 3;
const SETTLED_MS = 60_000;
/** What the server may take beyond the bare one: 60 MB. */
const LIMIT_MIB = 60_000_000 / 2 ** 20;

/** A server in a folder of its own; `stack` stops it. @returns its process id */
async function startOurs(
  home: string,
  upstreams: Record<string, string>,
  stack: AsyncDisposableStack,
): Promise<{ readonly pid: number; readonly granted: readonly string[] }> {
  const env = {
    ...upstreams,
    PNL_DATA_DIR: join(home, "data"),
    LOG_DIR: join(home, "logs"),
    PORT: String(freePort()),
  };
  const granted = await grantedFlags(env);
  const { pid } = stack.use(await launchServer(env, granted));
  return { pid, granted };
}

/** The stand-ins in a process of their own; `stack` stops it. @returns the settings that lead to them */
async function startUpstreams(
  home: string,
  stack: AsyncDisposableStack,
): Promise<Record<string, string>> {
  const env = { PNL_DATA_DIR: home };
  const flags = await grantedFlags(env, "sandbox");
  const args = ["run", "-q", "--no-prompt", "--cached-only", ...flags, "main.ts", "sandbox"];
  const sandbox = stack.use(new LineProcess(Deno.execPath(), { args: [...args, "--json"], env }));
  let text = "";
  while (!text.endsWith("}")) text += await sandbox.next();
  return JSON.parse(text);
}

/** A bare server under the same flags; `stack` stops it. @returns its process id */
async function startBare(
  home: string,
  granted: readonly string[],
  stack: AsyncDisposableStack,
): Promise<number> {
  const body = join(home, "logs", "body.json");
  await Deno.writeTextFile(body, "{}");
  const args = ["run", "-q", "--no-prompt", "--cached-only", ...granted, "bench/bare_server.ts"];
  const bare = stack.use(new LineProcess(Deno.execPath(), { args: [...args, body] }));
  await bare.next();
  return bare.pid;
}

/** What each of the three takes when it has settled. */
async function oneRun(home: string): Promise<Record<"bare" | "sandbox" | "live", Memory>> {
  await using stack = new AsyncDisposableStack();
  const sandbox = await startOurs(join(home, "sandbox"), {}, stack);
  const upstreams = await startUpstreams(join(home, "upstreams"), stack);
  const live = await startOurs(join(home, "live"), upstreams, stack);
  const bare = await startBare(join(home, "sandbox"), sandbox.granted, stack);
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  const [atBare, atSandbox, atLive] = await Promise.all(
    [bare, sandbox.pid, live.pid].map(memoryOf),
  );
  return { bare: atBare!, sandbox: atSandbox!, live: atLive! };
}

/** Runs the benchmark. */
export async function memoryBench(dir: string): Promise<void> {
  console.log(`Memory at rest, ${SETTLED_MS / 1000} s after the start`);
  const runs: Awaited<ReturnType<typeof oneRun>>[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await oneRun(join(dir, `memory_${run}`)));
  const middle = (of: (run: (typeof runs)[number]) => number) => median(runs.map(of)) / 1024;
  for (const name of ["bare", "sandbox", "live"] as const) {
    const [anonymous, file, peak] = (["anonymous", "file", "peak"] as const)
      .map((kind) => middle((run) => run[name][kind]).toFixed(0));
    const split = `own ${anonymous}, of files ${file}, at most so far ${peak}`;
    const label = { bare: "a bare Deno.serve", sandbox: "with the stand-ins", live: "live" }[name];
    report(label, middle((run) => run[name].resident), " MiB", split);
  }
  for (const name of ["sandbox", "live"] as const) {
    const beyond = middle((run) => run[name].resident - run.bare.resident);
    const label = name === "live" ? "live" : "with the stand-ins";
    const detail = `median of ${RUNS}`;
    report(`${label}, beyond the bare one`, beyond, " MiB", detail, {
      at: "most",
      value: LIMIT_MIB,
    });
  }
}

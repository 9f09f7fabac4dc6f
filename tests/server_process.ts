/** Runs the server as a process of its own, with the permissions that it asks for and no others. */
import { fileURLToPath } from "node:url";
import { ensureBuilt } from "./built.ts";

const ROOT = new URL("../", import.meta.url);
/** The program in a checkout, and what its build makes of it, which is what `serve` is run from. */
const MAIN = "main.ts";
const BUILT_MAIN = "dist/server/main.js";
const START_MS = 20_000;
/** A command that runs longer is ended, and has failed. */
const COMMAND_MS = 30_000;
/** A command that has said something is in the middle of its work after this long. */
const SIGNAL_MS = 150;

/** A server process and what it says. */
export interface ServerProcess {
  readonly pid: number;
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Milliseconds from launch until it said that it serves. */
  readonly startedMs: number;
  /** Everything it has written so far, standard output and standard error. */
  output(): string;
  /** Sends a signal. */
  signal(signal: Deno.Signal): void;
  /** Sends a signal, waits for the end. */
  end(signal: Deno.Signal): Promise<{ readonly code: number; readonly elapsedMs: number }>;
}

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function environment(env: Record<string, string>): Record<string, string> {
  const kept = ["HOME", "PATH", "DENO_DIR", "TMPDIR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), NO_COLOR: "1", ...env };
}

function denoRun(
  flags: readonly string[],
  args: readonly string[],
  env: Record<string, string>,
  deadlineMs: number | null = COMMAND_MS,
  cwd: URL | string = ROOT,
  program = MAIN,
) {
  const main = fileURLToPath(new URL(program, cwd instanceof URL ? cwd : ROOT));
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--frozen", "--cached-only", "--no-prompt", ...flags, main, ...args],
    cwd,
    clearEnv: true,
    env: environment(env),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(deadlineMs === null ? {} : { signal: AbortSignal.timeout(deadlineMs) }),
  });
}

/** The flags that a subcommand is started with under an environment. */
export async function flagsFor(name: string, env: Record<string, string>): Promise<string[]> {
  const args = ["permissions", "--launch", "--for", name];
  const { stdout } = await denoRun(["--allow-env", "--allow-read"], args, env).output();
  return new TextDecoder().decode(stdout).trim().split(" ").filter((flag) => flag !== "");
}

/** Runs a subcommand to its end, as its task does; in the project's folder, or as if `cwd` were that. */
export async function runCommand(
  args: readonly string[],
  env: Record<string, string>,
  cwd: URL | string = ROOT,
): Promise<Ended> {
  const flags = await flagsFor(args[0]!, env);
  const { code, stdout, stderr } = await denoRun(flags, args, env, COMMAND_MS, cwd).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/**
 * Runs a subcommand whose reader closes standard output after the first piece of it.
 *
 * @returns the exit code, and what was said on standard error
 */
export async function runCutOff(args: readonly string[], env: Record<string, string>) {
  const child = denoRun(await flagsFor(args[0]!, env), args, env).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const err = await new Response(child.stderr).text();
  return { code: (await child.status).code, err };
}

/** Runs a subcommand, and sends it a signal a moment after it says something on standard error. */
export async function runSignalled(
  args: readonly string[],
  env: Record<string, string>,
  signal: Deno.Signal,
): Promise<Ended> {
  const child = denoRun(await flagsFor(args[0]!, env), args, env).spawn();
  const out = new Response(child.stdout).text();
  let err = "";
  for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
    if (err === "") setTimeout(() => child.kill(signal), SIGNAL_MS);
    err += part;
  }
  return { code: (await child.status).code, out: await out, err };
}

/**
 * Starts the server and waits until it says where it serves.
 *
 * @param root the checkout that it is of, which need not be built; this one by default
 */
export async function startServerProcess(
  env: Record<string, string>,
  root: URL = ROOT,
): Promise<ServerProcess> {
  if (root === ROOT) await ensureBuilt();
  const flags = await flagsFor("serve", env);
  const program = root === ROOT ? BUILT_MAIN : MAIN;
  const launched = performance.now();
  const child = denoRun(flags, ["serve"], env, null, root, program).spawn();
  let text = "";
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) text += part;
  };
  const collected = Promise.all([collect(child.stdout), collect(child.stderr)]);
  const address = () => /pnl-stream \S+: (http:\/\/\S+)/.exec(text)?.[1];
  let exited = false;
  void child.status.then(() => exited = true);
  while (address() === undefined) {
    if (exited || performance.now() - launched > START_MS) {
      if (!exited) child.kill("SIGKILL");
      await collected;
      throw new Error(`The server did not start: ${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const startedMs = performance.now() - launched;
  return {
    pid: child.pid,
    url: address()!,
    startedMs,
    output: () => text,
    signal: (signal) => child.kill(signal),
    end: async (signal) => {
      const from = performance.now();
      if (!exited) child.kill(signal);
      const { code } = await child.status;
      await collected;
      return { code, elapsedMs: performance.now() - from };
    },
  };
}

/** A temporary folder with the settings that keep a server inside it, on a free port. */
export async function withFolder(
  work: (env: Record<string, string>, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "pnl-" });
  try {
    await work({ PORT: "0", PNL_DATA_DIR: `${folder}/data`, LOG_DIR: `${folder}/logs` }, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Asks again until the answer is as wished; throws the last answer at the deadline. */
export async function until<T>(
  ask: () => Promise<T>,
  wished: (answer: T) => boolean,
  deadlineMs: number,
): Promise<T> {
  for (const from = performance.now();;) {
    const answer = await ask();
    if (wished(answer)) return answer;
    if (performance.now() - from > deadlineMs) {
      throw new Error(`Not within ${deadlineMs} ms: ${JSON.stringify(answer)?.slice(0, 500)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

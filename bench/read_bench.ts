/**
 * Reading: `GET /api/pnl/current` of the server as it runs, with its log, its sources (the stand-ins)
 * and its clock, against a bare `Deno.serve` and against Express, each in a process of its own.
 *
 * The server adds `served` once a millisecond and shares it between the requests within it.
 */
import { join } from "node:path";
import { freePort } from "../src/redis/test_port.ts";
import type { LoadFigures } from "./http_load.ts";
import { grantedFlags, launchServer, seedLog } from "./launch.ts";
import { NpmPeer } from "./npm_peer.ts";
import { median, report } from "./report.ts";

const EVENTS = 5_000;
const ROUNDS = 7;
const ROUND_MS = 2_000;
const PATH = "/api/pnl/current";
const EXPRESS = ["express@5.3.0", "helmet@8.3.0", "cors@2.8.6", "express-rate-limit@8.7.4"];

/** Starts a process that prints the port that it listens on; `stack` stops it. */
async function listening(command: Deno.Command, stack: AsyncDisposableStack): Promise<number> {
  const child = stack.use(command.spawn());
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  stack.defer(() => lines.cancel());
  const port = Number((await lines.read()).value);
  if (!(port > 0)) throw new Error("The process ended, or printed no port");
  return port;
}

/** Our server on a log of its own; `snapshot` gets the body of an answer. */
async function startOurs(
  dir: string,
  snapshot: string,
  stack: AsyncDisposableStack,
): Promise<number> {
  const data = join(dir, "read");
  await Deno.mkdir(join(data, "sandbox"), { recursive: true });
  await seedLog(join(data, "sandbox", "events.db"), EVENTS);
  const port = freePort();
  const env = {
    PNL_DATA_DIR: data,
    LOG_DIR: join(dir, "read-logs"),
    PORT: String(port),
    LOG_LEVEL: "error",
  };
  const server = stack.use(await launchServer(env, await grantedFlags(env)));
  await Deno.writeTextFile(snapshot, server.body);
  return port;
}

/** A bare server that answers with the same bytes. */
function startBare(snapshot: string, stack: AsyncDisposableStack): Promise<number> {
  const script = new URL("./bare_server.ts", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--allow-net=127.0.0.1", `--allow-read=${snapshot}`, script, snapshot],
    stdout: "piped",
  });
  return listening(command, stack);
}

/** Express with the usual middleware and the same JSON; a text says why it could not be had. */
async function startExpress(
  dir: string,
  snapshot: string,
  stack: AsyncDisposableStack,
): Promise<number | string> {
  try {
    const peer = await NpmPeer.install(dir, "express", EXPRESS);
    return await listening(peer.command([snapshot], { NODE_ENV: "production" }), stack);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** One round: what the load generator measures at a port. */
async function round(port: number): Promise<LoadFigures> {
  const script = new URL("./http_load.ts", import.meta.url).pathname;
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", `--allow-net=127.0.0.1:${port}`, script, `${port}`, PATH, `${ROUND_MS}`],
    stderr: "inherit",
  }).output();
  if (!output.success) throw new Error(`The load generator failed at port ${port}`);
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

/** Rounds over the servers in turn, so that whatever else the machine does falls on all of them. */
async function rounds(ports: readonly number[]): Promise<LoadFigures[][]> {
  const figures: LoadFigures[][] = ports.map(() => []);
  for (let i = 0; i < ROUNDS; i++) {
    for (const [index, port] of ports.entries()) figures[index]?.push(await round(port));
  }
  return figures;
}

/** The ratio of ours to another, round by round. */
function ratio(ours: readonly LoadFigures[], other: readonly LoadFigures[]): number {
  return median(ours.map(({ perSecond }, i) => perSecond / (other[i]?.perSecond ?? NaN)));
}

function reportLatency(name: string, figures: readonly LoadFigures[]): void {
  const of = (key: keyof LoadFigures) => median(figures.map((each) => each[key]));
  const detail = `p50 ${of("p50").toFixed(2)} ms at ${Math.round(of("perSecond"))}/s; ` +
    `the generator took ${Math.round(of("busy") * 100)} % of a core`;
  report(`${name}, p99`, of("p99"), " ms", detail);
}

/** Runs the benchmark. */
export async function readBench(dir: string): Promise<void> {
  console.log("Read");
  await using stack = new AsyncDisposableStack();
  const snapshot = join(dir, "snapshot.json");
  const ports = [await startOurs(dir, snapshot, stack), await startBare(snapshot, stack)];
  const express = await startExpress(dir, snapshot, stack);
  if (typeof express === "number") ports.push(express);
  const [ours = [], bare = [], peer] = await rounds(ports);
  const detail = `32 connections, median of ${ROUNDS} rounds in turn`;
  report("current snapshot / bare Deno.serve", ratio(ours, bare), "×", detail, {
    at: "least",
    value: 0.5,
  });
  if (peer === undefined) console.log(`  Express: not measured: ${express}`);
  else {
    report("current snapshot / Express with middleware", ratio(ours, peer), "×", EXPRESS[0]!, {
      at: "least",
      value: 4,
    });
  }
  reportLatency("current snapshot", ours);
  reportLatency("bare Deno.serve", bare);
  if (peer !== undefined) reportLatency("Express", peer);
}

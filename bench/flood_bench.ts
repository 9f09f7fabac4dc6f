/**
 * Clients that mean harm, one kind after the other, at a server without a proxy, and somebody beside them
 * who asks for the snapshot: how long he waits without them and with them, and what memory the server has.
 * Each kind comes from one address. What only deploy/nginx.conf bounds is said.
 */
import { join } from "node:path";
import { freePort } from "../src/redis/test_port.ts";
import { loadavg } from "node:os";
import type { Counted } from "./flood_attack.ts";
import type { Asked } from "./flood_client.ts";
import { grantedFlags, launchServer, seedLog } from "./launch.ts";
import { LineProcess } from "./line_process.ts";
import { residentKib } from "./process_cost.ts";
import { type Limit, median, report } from "./report.ts";

const EVENTS = 5_000;
const ROUNDS = 5;
const ROUND_MS = 3_000;
const SETTLE_MS = 1_000;
const SAMPLE_MS = 200;
/** Others may wait so many times as long. */
const MOST_RATIO = 2;
/** What the server may grow by, MiB. */
const MOST_GROWN = 64;

const REQUESTS = "10,000 requests a second";
/** What the runtime keeps, however much it is. */
const ONLY_PROXY = "only the proxy bounds it, which passes nothing of it on";

/** The attacks, and what bounds each. */
const ATTACKS: Readonly<Record<string, string>> = {
  [REQUESTS]: "the server refuses them",
  "500 slow heads": "only the proxy ends them, after 10 s",
  "an endless body": "the server ends it",
  "an endless body of HEAD": "the runtime ends it",
  "a body of 300 MB": "the server ends it",
  "a frame of 64 MB": "the server ends it",
  "200 streams": "the server lets one address have 200, its proxy 100",
  "50 MiB a second behind a request": ONLY_PROXY,
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resident memory while something lasts, KiB: the most of all samples. */
async function mostWhile<T>(pid: number, work: Promise<T>): Promise<[T, number]> {
  let [most, going] = [0, true];
  const done = work.finally(() => going = false);
  while (going) {
    most = Math.max(most, await residentKib(pid));
    await pause(SAMPLE_MS);
  }
  return [await done, most];
}

/** What one round found. Memory in KiB. */
interface Round {
  readonly calm: Asked;
  readonly attacked: Asked;
  readonly most: number;
  readonly counted: Counted;
  /** How long the attack had lasted when it was asked what it had counted, milliseconds. */
  readonly lastedMs: number;
}

async function round(
  kind: string,
  port: string,
  pid: number,
  client: LineProcess,
): Promise<Round> {
  const ask = async (): Promise<Asked> => JSON.parse(await client.ask(String(ROUND_MS), ROUND_MS));
  const calm = await ask();
  await using attacker = LineProcess.deno("flood_attack.ts", [port, kind]);
  const from = performance.now();
  await attacker.next();
  await pause(SETTLE_MS);
  const [attacked, most] = await mostWhile(pid, ask());
  const counted: Counted = JSON.parse(await attacker.ask("tell"));
  return { calm, attacked, most, counted, lastedMs: performance.now() - from };
}

/** What an attack did, for reading: answers a second, and what is left of its connections. */
function told({ counted, lastedMs }: Round): string {
  return Object.entries(counted).map(([name, value]) => {
    if (name === "open") return `${value} open at its end`;
    const many = name === "bytes" ? value / 1e6 : value;
    const unit = { bytes: "MB", ended: "connections ended" }[name] ?? `answered with ${name}`;
    return `${Math.round(many / lastedMs * 1000).toLocaleString("en-US")} ${unit} a second`;
  }).join(", ");
}

/** What was found at one server. Memory in KiB. */
interface Found {
  readonly rounds: readonly Round[];
  readonly before: number;
  readonly after: number;
}

async function attack(kind: string, port: string, pid: number): Promise<Found> {
  await using client = LineProcess.deno("flood_client.ts", [port]);
  await client.next();
  // The first requests are slower, and fill caches.
  await client.ask(String(ROUND_MS), ROUND_MS);
  const before = await residentKib(pid);
  const rounds: Round[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    rounds.push(await round(kind, port, pid, client));
    await pause(SETTLE_MS);
  }
  await pause(SETTLE_MS);
  return { rounds, before, after: await residentKib(pid) };
}

/** Prints how much longer somebody beside the attack waited. */
function reportWaits(name: string, { rounds }: Found, limit?: Limit): void {
  const of = (which: "calm" | "attacked", figure: "p50" | "p99") =>
    median(rounds.map((each) => each[which][figure])).toFixed(2);
  const ratios = rounds.map(({ calm, attacked }) => attacked.p99 / calm.p99);
  const waits = `p99 ${of("calm", "p99")} → ${of("attacked", "p99")} ms, ` +
    `p50 ${of("calm", "p50")} → ${of("attacked", "p50")} ms; ` +
    `rounds ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}`;
  report(name, median(ratios), "×", waits, limit);
}

/** The same at a server that does nothing but answer, with the same bytes: what the machine has to do with it. */
async function attackBare(kind: string, dir: string, body: string): Promise<Found> {
  const file = join(dir, "flood.json");
  await Deno.writeTextFile(file, body);
  await using bare = LineProcess.deno("bare_server.ts", [file], `--allow-read=${file}`);
  return await attack(kind, await bare.next(), bare.pid);
}

async function measure(kind: string, env: Record<string, string>, dir: string): Promise<void> {
  const settings = { ...env, PORT: String(freePort()) };
  await using server = await launchServer(settings, await grantedFlags(settings));
  const found = await attack(kind, settings.PORT, server.pid);
  const { rounds, before, after } = found;
  const most = Math.max(...rounds.map((each) => each.most));
  console.log(`  ${kind}: ${ATTACKS[kind]}; ${told(rounds.at(-1)!)}`);
  reportWaits("p99 of another beside it", found, { at: "most", value: MOST_RATIO });
  if (kind === REQUESTS) {
    reportWaits("the same at a bare Deno.serve", await attackBare(kind, dir, server.body));
  }
  const mib = (kib: number) => `${(kib / 1024).toFixed(0)} MiB`;
  const memory = `${mib(before)} before, ${mib(most)} at most, ${mib(after)} after`;
  const limit = ATTACKS[kind] === ONLY_PROXY
    ? undefined
    : { at: "most" as const, value: MOST_GROWN };
  report("memory, grown by at most", (most - before) / 1024, " MiB", memory, limit);
}

/** Runs the benchmark. */
export async function floodBench(dir: string): Promise<void> {
  const load = () => loadavg().map((each) => each.toFixed(2)).join(" ");
  console.log(`Harm done to others, without a proxy; load average ${load()} before`);
  const data = join(dir, "flood");
  await Deno.mkdir(join(data, "sandbox"), { recursive: true });
  await seedLog(join(data, "sandbox", "events.db"), EVENTS);
  const env = {
    PNL_DATA_DIR: data,
    LOG_DIR: join(dir, "flood-logs"),
    LOG_LEVEL: "error",
    PNL_TRUSTED_PROXIES: "127.0.0.1",
  };
  for (const kind of Object.keys(ATTACKS)) await measure(kind, env, dir);
  console.log(`  load average ${load()} after`);
}

/**
 * A long run: many WebSocket clients, some of which acknowledge, while the log grows steadily. Asked for by
 * name only (`deno task bench soak`), for `PNL_SOAK_MINUTES`, 10 where nothing is said. Before and after it a
 * bare loop sends as much to as many for a minute: so late is this machine by itself.
 */
import { join } from "node:path";
import { LineProcess } from "./line_process.ts";
import { residentKib } from "./process_cost.ts";
import { report } from "./report.ts";
import { added, ageAt, type Ages, countOf } from "./soak_ages.ts";
import type { Noted } from "./soak_clients.ts";

const CLIENTS = 5_000;
const PROCESSES = 2;
/** One of so many acknowledges each snapshot: the clients share two cores with the server. */
const ONE_ACKNOWLEDGES_OF = 10;
const PAUSE_MS = 100;
/** The runtime has what it needs after this time. */
const WARM_MS = 10_000;
const MINUTE_MS = 60_000;
const SAMPLE_MS = 1_000;

/** What all clients noted since they were asked last. */
async function ask(clients: readonly LineProcess[]): Promise<Noted> {
  const all: Noted[] = [];
  for (const process of clients) all.push(JSON.parse(await process.ask("tell")));
  const ages = added(all.map((each) => each.ages));
  const sum = (count: (noted: Noted) => number) => all.reduce((so, each) => so + count(each), 0);
  const published = Math.max(...all.map((each) => each.published));
  return { ages, lost: sum(({ lost }) => lost), backwards: sum((n) => n.backwards), published };
}

/** The server's memory over a minute, KiB on average. */
async function residentOverMinute(pid: number): Promise<number> {
  const samples: number[] = [];
  for (let passed = 0; passed < MINUTE_MS; passed += SAMPLE_MS) {
    samples.push(await residentKib(pid));
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
  }
  return samples.reduce((sum, kib) => sum + kib, 0) / samples.length;
}

/** Starts clients of a server; `stack` stops them. */
async function connect(port: string, stack: AsyncDisposableStack): Promise<LineProcess[]> {
  const args = [port, String(CLIENTS / PROCESSES), String(ONE_ACKNOWLEDGES_OF)];
  const clients = Array.from(
    { length: PROCESSES },
    () => stack.use(LineProcess.deno("soak_clients.ts", args)),
  );
  for (const process of clients) await process.next();
  return clients;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A minute of the bare loop. @param snapshot what it sends, as JSON on one line */
async function bareMinute(snapshot: string): Promise<Ages> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(LineProcess.deno("soak_bare.ts", [String(PAUSE_MS)]));
  const clients = await connect(await server.next(), stack);
  await server.ask(snapshot);
  await pause(WARM_MS);
  await ask(clients);
  await pause(MINUTE_MS);
  return (await ask(clients)).ages;
}

/** Starts the server; `stack` stops it. */
async function start(dir: string, stack: AsyncDisposableStack) {
  const home = join(dir, "soak");
  await Deno.mkdir(home);
  const flags = [`--allow-read=.,${home}`, `--allow-write=${home}`, "--allow-env", "--allow-sys"];
  const server = stack.use(
    LineProcess.deno("soak_server.ts", [home, String(PAUSE_MS)], ...flags),
  );
  return { server, port: await server.next() };
}

/** The minutes of the server. */
async function follow(
  server: LineProcess,
  clients: readonly LineProcess[],
  minutes: number,
): Promise<{ resident: number[]; minutely: Noted[] }> {
  const resident: number[] = [];
  const minutely: Noted[] = [];
  for (let minute = 1; minute <= minutes; minute++) {
    resident.push(await residentOverMinute(server.pid));
    const noted = await ask(clients);
    minutely.push(noted);
    const [p50, p99] = [0.5, 0.99].map((share) => ageAt(share, noted.ages));
    const mib = (resident.at(-1)! / 1024).toFixed(0);
    console.log(`    minute ${minute}: p50 ${p50} ms, p99 ${p99} ms, ${mib} MiB`);
  }
  return { resident, minutely };
}

/** Prints what came of it. */
function tell(resident: readonly number[], minutely: readonly Noted[], bare: Ages): void {
  const ages = added(minutely.map((each) => each.ages));
  const published = minutely.reduce((sum, each) => sum + each.published, 0);
  const last = minutely.at(-1)!;
  report("memory, last minute to first", resident.at(-1)! / resident[0]!, "×", "", {
    at: "most",
    value: 1.1,
  });
  const seen = countOf(ages);
  report("append to client, p50", ageAt(0.5, ages), " ms", `${seen} snapshots at clients`);
  const [p99, bareP99] = [ageAt(0.99, ages), ageAt(0.99, bare)];
  report("append to client, p99", p99, " ms", "", { at: "most", value: 100 });
  report("a bare loop to client, p50", ageAt(0.5, bare), " ms", `${countOf(bare)} snapshots`);
  report("a bare loop to client, p99", bareP99, " ms", "");
  report("p99 to that of the bare loop", p99 / bareP99, "×", "");
  report("delivered of all that were made", seen / (published * CLIENTS), "×", "");
  report("connections lost, snapshots backwards", last.lost + last.backwards, "", "", {
    at: "most",
    value: 0,
  });
}

/** Runs it. */
export async function soak(dir: string): Promise<void> {
  const minutes = Math.max(2, Number(Deno.env.get("PNL_SOAK_MINUTES") ?? 10));
  console.log(
    `Soak: ${CLIENTS} clients, ${1000 / PAUSE_MS} snapshots a second, ${minutes} minutes`,
  );
  await using stack = new AsyncDisposableStack();
  const { server, port } = await start(dir, stack);
  // The server waits meanwhile.
  const snapshot = await fetch(`http://127.0.0.1:${port}/api/pnl/current`)
    .then((response) => response.text());
  const before = await bareMinute(snapshot);
  const clients = await connect(port, stack);
  await server.ask("begin");
  await pause(WARM_MS);
  await ask(clients);
  const { resident, minutely } = await follow(server, clients, minutes);
  await stack.disposeAsync();
  tell(resident, minutely, added([before, await bareMinute(snapshot)]));
}

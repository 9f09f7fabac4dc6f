/**
 * A long run: many WebSocket clients, some of which acknowledge, while the log grows steadily. Asked for by
 * name only (`deno task bench soak`), for `PNL_SOAK_MINUTES`, 10 where nothing is said.
 */
import { join } from "node:path";
import { LineProcess } from "./line_process.ts";
import { residentKib } from "./process_cost.ts";
import { report } from "./report.ts";
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

/** The age that a share of the snapshots did not exceed, in milliseconds. */
function ageAt(share: number, ages: readonly number[]): number {
  const total = ages.reduce((sum, count) => sum + count, 0);
  let below = 0;
  return ages.findIndex((count) => (below += count) >= share * total);
}

/** What all clients noted since they were asked last. */
async function ask(clients: readonly LineProcess[]): Promise<Noted> {
  const all: Noted[] = [];
  for (const process of clients) all.push(JSON.parse(await process.ask("tell")));
  const ages = all[0]!.ages.map((_, age) => all.reduce((sum, each) => sum + each.ages[age]!, 0));
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

/** Starts the server and its clients; `stack` stops them. */
async function start(dir: string, stack: AsyncDisposableStack) {
  const home = join(dir, "soak");
  await Deno.mkdir(home);
  const flags = [`--allow-read=.,${home}`, `--allow-write=${home}`, "--allow-env", "--allow-sys"];
  const server = stack.use(
    LineProcess.deno("soak_server.ts", [home, String(PAUSE_MS)], ...flags),
  );
  const port = await server.next();
  const args = [port, String(CLIENTS / PROCESSES), String(ONE_ACKNOWLEDGES_OF)];
  const clients = Array.from(
    { length: PROCESSES },
    () => stack.use(LineProcess.deno("soak_clients.ts", args)),
  );
  for (const process of clients) await process.next();
  await server.ask("begin");
  return { server, clients };
}

/** Runs it. */
export async function soak(dir: string): Promise<void> {
  const minutes = Math.max(2, Number(Deno.env.get("PNL_SOAK_MINUTES") ?? 10));
  console.log(
    `Soak: ${CLIENTS} clients, ${1000 / PAUSE_MS} snapshots a second, ${minutes} minutes`,
  );
  await using stack = new AsyncDisposableStack();
  const { server, clients } = await start(dir, stack);
  await new Promise((resolve) => setTimeout(resolve, WARM_MS));
  await ask(clients);
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
  const ages = minutely[0]!.ages.map((_, age) =>
    minutely.reduce((sum, each) => sum + each.ages[age]!, 0)
  );
  const seen = ages.reduce((sum, count) => sum + count, 0);
  const published = minutely.reduce((sum, each) => sum + each.published, 0);
  const last = minutely.at(-1)!;
  report("memory, last minute to first", resident.at(-1)! / resident[0]!, "×", "", {
    at: "most",
    value: 1.1,
  });
  report("append to client, p50", ageAt(0.5, ages), " ms", `${seen} snapshots at clients`);
  report("append to client, p99", ageAt(0.99, ages), " ms", "", { at: "most", value: 100 });
  report("delivered of all that were made", seen / (published * CLIENTS), "×", "");
  report("connections lost, snapshots backwards", last.lost + last.backwards, "", "", {
    at: "most",
    value: 0,
  });
}

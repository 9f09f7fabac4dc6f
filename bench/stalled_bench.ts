/**
 * Peers that stop reading, and those beside them that read: how late these get a snapshot with none of the
 * former, and with some, in turn in one run on one server.
 */
import { join } from "node:path";
import { LineProcess } from "./line_process.ts";
import { median, report } from "./report.ts";
import { added, ageAt, type Ages } from "./soak_ages.ts";

const ROUNDS = 9;
const READING = 200;
const STALLED = 100;
const PAUSE_MS = 100;
const WARM_MS = 1_000;
const MEASURED_MS = 5_000;
/** Of the reading clients one of so many acknowledges. */
const ONE_ACKNOWLEDGES_OF = 2;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const COMPANIES = ["nobody", "stalled"] as const;
/** Who is there beside those that are measured. */
type Company = typeof COMPANIES[number];

async function ages(clients: LineProcess): Promise<Ages> {
  return JSON.parse(await clients.ask("tell")).ages;
}

/** How late the snapshots come, with such company. */
async function measure(port: string, clients: LineProcess, company: Company): Promise<Ages> {
  await using stack = new AsyncDisposableStack();
  if (company === "stalled") {
    await stack.use(LineProcess.deno("stalled_clients.ts", [port, String(STALLED)])).next();
  }
  await pause(WARM_MS);
  await ages(clients);
  await pause(MEASURED_MS);
  return await ages(clients);
}

/** Runs the benchmark. */
export async function stalledBench(dir: string): Promise<void> {
  console.log(`Stalled peers: ${READING} clients that read, ${STALLED} beside them that do not`);
  await using stack = new AsyncDisposableStack();
  const home = join(dir, "stalled");
  await Deno.mkdir(home);
  const flags = [`--allow-read=.,${home}`, `--allow-write=${home}`, "--allow-env", "--allow-sys"];
  const server = stack.use(LineProcess.deno("soak_server.ts", [home, String(PAUSE_MS)], ...flags));
  const port = await server.next();
  const args = [port, String(READING), String(ONE_ACKNOWLEDGES_OF)];
  const clients = stack.use(LineProcess.deno("soak_clients.ts", args));
  await clients.next();
  await server.ask("begin");
  const measured: Record<Company, Ages[]> = { nobody: [], stalled: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const company of COMPANIES) {
      measured[company].push(await measure(port, clients, company));
    }
  }
  for (const company of COMPANIES) {
    const p99 = measured[company].map((each) => ageAt(0.99, each));
    const p50 = ageAt(0.5, added(measured[company]));
    report(`p99 beside ${company}`, median(p99), " ms", `${p99.join(", ")}; p50 ${p50} ms`);
  }
  const ratios = measured.stalled.map((each, round) =>
    ageAt(0.99, each) / ageAt(0.99, measured.nobody[round]!)
  );
  const detail = ratios.map((ratio) => ratio.toFixed(2)).join(", ");
  const limit = { at: "most", value: 1.25 } as const;
  report("p99 beside stalled peers to that without", median(ratios), "×", detail, limit);
}

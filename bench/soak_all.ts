/**
 * A long run with all parts on: a writer that polls the stand-ins, mirrors to Redis, sends alerts, asks for
 * keys and writes its log files; an edge; WebSockets and event streams on both, readers, and scrapes. Asked
 * for by name only (`deno task bench soak-all`), for `PNL_SOAK_MINUTES`, 30 where nothing is said.
 */
import { join } from "node:path";
import { LineProcess } from "./line_process.ts";
import { residentKib } from "./process_cost.ts";
import { report } from "./report.ts";
import { ageAt } from "./soak_ages.ts";
import type { Heard } from "./soak_all_clients.ts";
import { type SoakNode, type SoakNodes, startNodes } from "./soak_all_servers.ts";

/** Of each kind of stream, over both nodes. */
const STREAMS = 200;
/** The runtime has what it needs after this time. */
const WARM_MS = 60_000;
const SCRAPE_MS = 15_000;
const SCRAPES_PER_MINUTE = 4;
/** So many minutes at the end are held against as many at the beginning; a third of a shorter run. */
const COMPARED_MINUTES = 5;

/** A node at a scrape. */
interface Scrape {
  readonly residentKib: number;
  /** What `/metrics` said; null where it did not answer. */
  readonly metrics: string | null;
}

/** What a minute showed. */
interface Minute {
  /** On average, by the order of the nodes. */
  readonly residentKib: readonly number[];
  readonly heard: Heard;
  /** Scrapes that were not answered. */
  readonly unanswered: number;
}

/** The sum of the samples of a family whose labels hold a text. */
function sumOf(metrics: string | null, family: string, labels = ""): number {
  const lines = (metrics ?? "").split("\n")
    .filter((line) => line.startsWith(family) && /^[{ ]/.test(line.slice(family.length)))
    .filter((line) => line.includes(labels));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

async function scrape({ pid, url }: SoakNode, key: string): Promise<Scrape> {
  const headers = { authorization: `Bearer ${key}` };
  const metrics = await fetch(`${url}/metrics`, { headers })
    .then(async (response) => response.ok ? await response.text() : null, () => null);
  return { residentKib: await residentKib(pid), metrics };
}

/** Prints what a minute showed. */
function tellMinute(name: string, minute: Minute, last: readonly Scrape[], webhooks: number): void {
  const { heard, residentKib } = minute;
  const heaps = last.map(({ metrics }) => sumOf(metrics, "pnl_memory_bytes", 'kind="heap_used"'));
  const mib = (values: readonly number[], unit: number) =>
    values.map((value) => (value / unit).toFixed(0)).join(" + ");
  const writer = last[0]!.metrics;
  const polls = sumOf(writer, "pnl_source_polls_total");
  const good = sumOf(writer, "pnl_source_polls_total", 'outcome="ok"');
  const lag = sumOf(writer, "pnl_projection_lag_events");
  console.log(
    `    ${name}: writer + edge ${mib(residentKib, 1024)} MiB, heap ${mib(heaps, 2 ** 20)} MiB, ` +
      `p99 ${ageAt(0.99, heard.ages)} ms, polls ${polls} (${good} well), lag ${lag}, ` +
      `answers ${heard.answers}, lost ${heard.lost}, webhooks ${webhooks}, ` +
      `refused ${JSON.stringify(heard.refused)}`,
  );
}

/** One minute. */
async function follow(name: string, all: SoakNodes, clients: LineProcess): Promise<Minute> {
  const scrapes: Scrape[][] = [];
  for (let i = 0; i < SCRAPES_PER_MINUTE; i++) {
    await new Promise((resolve) => setTimeout(resolve, SCRAPE_MS));
    scrapes.push(await Promise.all(all.nodes.map((node) => scrape(node, all.key))));
  }
  const heard: Heard = JSON.parse(await clients.ask("tell"));
  const residentKib = all.nodes.map((_, node) =>
    scrapes.reduce((sum, each) => sum + each[node]!.residentKib, 0) / scrapes.length
  );
  const unanswered = scrapes.flat().filter(({ metrics }) => metrics === null).length;
  const minute = { residentKib, heard, unanswered };
  tellMinute(name, minute, scrapes.at(-1)!, all.webhooks());
  return minute;
}

/** Prints what came of it. */
function tell({ nodes, webhooks }: SoakNodes, minutes: readonly Minute[]): void {
  const compared = Math.max(1, Math.min(COMPARED_MINUTES, Math.floor(minutes.length / 3)));
  nodes.forEach(({ name }, node) => {
    const over = (some: readonly Minute[]) =>
      some.reduce((sum, minute) => sum + minute.residentKib[node]!, 0);
    const ratio = over(minutes.slice(-compared)) / over(minutes.slice(0, compared));
    const detail = `${compared} minutes of each`;
    report(`memory of the ${name}, last to first`, ratio, "×", detail, { at: "most", value: 1.1 });
  });
  const sum = (of: (minute: Minute) => number) => minutes.reduce((all, each) => all + of(each), 0);
  const none = { at: "most", value: 0 } as const;
  report("streams lost", sum(({ heard }) => heard.lost), "", "", none);
  const refused = (heard: Heard) => Object.values(heard.refused).reduce((all, n) => all + n, 0);
  const answers = `${sum(({ heard }) => heard.answers)} answers`;
  report("requests refused or failed", sum(({ heard }) => refused(heard)), "", answers, none);
  report("scrapes without an answer", sum(({ unanswered }) => unanswered), "", "", none);
  const least = Math.floor(minutes.length / 2);
  report("messages at the webhook", webhooks(), "", "", { at: "least", value: least });
}

/** Runs it. */
export async function soakAll(dir: string): Promise<void> {
  const count = Math.max(3, Number(Deno.env.get("PNL_SOAK_MINUTES") ?? 30));
  console.log(`Soak with all parts on: ${STREAMS} streams of each kind, ${count} minutes`);
  await using stack = new AsyncDisposableStack();
  const home = join(dir, "soak_all");
  await Deno.mkdir(home);
  const all = await startNodes(home, stack);
  if (all === null) return;
  const args = [String(STREAMS), all.key, ...all.nodes.map(({ url }) => url)];
  const clients = stack.use(LineProcess.deno("soak_all_clients.ts", args));
  await clients.next();
  await new Promise((resolve) => setTimeout(resolve, WARM_MS));
  await clients.ask("tell");
  const minutes: Minute[] = [];
  for (let i = 1; i <= count; i++) minutes.push(await follow(`minute ${i}`, all, clients));
  tell(all, minutes);
}

/**
 * Fan-out: one message to every client. Our WebSocket and our event stream against the least that the
 * runtime can do, Socket.IO on Node, and Bun's built-in publish: each server in a process of its own, the
 * clients in others, all in turn in one run.
 */
import type { Counted } from "./fanout_clients.ts";
import type { Protocol } from "./fanout_line.ts";
import { LineProcess } from "./line_process.ts";
import { NpmPeer } from "./npm_peer.ts";
import { cpuTime, residentKib } from "./process_cost.ts";
import { type Limit, median, quantile, report } from "./report.ts";

const PACKAGES = ["socket.io@4.8.4", "bun@1.4.5"];
const OUR_WS = "our WebSocket";
const LOOP = "bare WebSocket loop";
const OUR_SSE = "our event stream";
const STREAMS = "bare event streams";
const NODE_HTTP = "event streams of node:http";
const ROUNDS = 3;
/** Client processes for each step up: they share the burst of a message. */
const PROCESSES = 2;
/** What is on its way when the last message is published arrives within this time. */
const ARRIVAL_MS = 500;
const ATTEMPTS = 5;

/** A number of clients, and what is sent to them. */
interface Step {
  readonly clients: number;
  /** Messages before those that count: until then code is compiled, which is no cost of a message. */
  readonly warm: number;
  readonly messages: number;
  readonly pauseMs: number;
}

const STEPS: readonly Step[] = [
  { clients: 1_000, warm: 100, messages: 100, pauseMs: 50 },
  { clients: 5_000, warm: 20, messages: 30, pauseMs: 200 },
];

/** A server that is measured. */
interface Contestant {
  readonly name: string;
  readonly protocol: Protocol;
  start(): LineProcess;
}

/** What one run of a server cost with so many clients. */
interface Figures {
  /** Server time per message delivered, in microseconds. */
  readonly cpuMicros: number;
  /** How much of that is not the kernel's. */
  readonly userMicros: number;
  /** From publishing to the last client, in milliseconds, for each message. */
  readonly lastMs: readonly number[];
  /** Memory of the server with all clients connected, in KiB. */
  readonly residentKib: number;
}

/** All runs of a server, by number of clients; and what a connection costs, in KiB, from one step to the next. */
interface Results {
  readonly figures: Map<number, Figures[]>;
  readonly connectionKib: number[];
}

function ours(name: string, protocol: "ws" | "sse"): Contestant {
  const flags = ["--allow-env", "--allow-sys"];
  return {
    name,
    protocol,
    start: () => LineProcess.deno("fanout_ours.ts", [protocol], ...flags),
  };
}

function bare(name: string, protocol: "ws" | "sse", module = "fanout_bare.ts"): Contestant {
  return { name, protocol, start: () => LineProcess.deno(module, []) };
}

/** Socket.IO and Bun; says where they cannot be had. */
async function peers(dir: string): Promise<Contestant[]> {
  const peer = await NpmPeer.install(dir, "fanout", PACKAGES).catch((error: Error) => error);
  if (peer instanceof Error) {
    console.log(`  Socket.IO and Bun are not measured: ${peer.message}`);
    return [];
  }
  const run = (program: string, kind: string) =>
    new LineProcess(program, { args: ["peer.mjs", kind], cwd: peer.home });
  const socketIo: Contestant = {
    name: "Socket.IO",
    protocol: "socketio",
    start: () => run("node", "socketio"),
  };
  const bun = `${peer.home}/node_modules/bun/bin/bun.exe`;
  const { success, stderr } = await new Deno.Command(bun, { args: ["--version"] }).output()
    .catch((error: Error) => ({ success: false, stderr: new TextEncoder().encode(error.message) }));
  if (success) {
    return [socketIo, { name: "Bun", protocol: "ws", start: () => run(bun, "bun") }];
  }
  console.log(`  Bun is not measured: ${new TextDecoder().decode(stderr).trim()}`);
  return [socketIo];
}

/** Starts more clients of a server, and waits until they are connected. */
async function connect(
  port: string,
  protocol: Protocol,
  clients: number,
  stack: AsyncDisposableStack,
): Promise<LineProcess[]> {
  const each = String(clients / PROCESSES);
  const started = Array.from(
    { length: PROCESSES },
    () => stack.use(LineProcess.deno("fanout_clients.ts", [port, protocol, each])),
  );
  for (const process of started) await process.next();
  return started;
}

/** Publishes to clients that are connected, and gathers what that cost; says where not all arrived. */
async function publish(
  server: LineProcess,
  clients: readonly LineProcess[],
  { warm, messages, pauseMs, clients: count }: Step,
): Promise<Figures | string> {
  const arrival = () => new Promise((resolve) => setTimeout(resolve, ARRIVAL_MS));
  await server.ask(`${warm} ${pauseMs}`, warm * pauseMs);
  await arrival();
  for (const process of clients) await process.ask("reset");
  const before = await cpuTime(server.pid);
  const begun: number[] = JSON.parse(
    await server.ask(`${messages} ${pauseMs}`, messages * pauseMs),
  );
  await arrival();
  const after = await cpuTime(server.pid);
  const counted: Counted[] = [];
  for (const process of clients) counted.push(JSON.parse(await process.ask("tell")));
  const delivered = counted.flatMap(({ got }) => got).reduce((sum, got) => sum + got, 0);
  // A message that a newer one replaced cannot be told from one that came later.
  if (delivered !== messages * count) {
    const lost = counted.reduce((sum, each) => sum + each.lost, 0);
    return `${delivered} of ${messages * count} messages arrived, ${lost} connections were lost`;
  }
  const userMicros = (after.user - before.user) * 1000 / delivered;
  return {
    cpuMicros: userMicros + (after.system - before.system) * 1000 / delivered,
    userMicros,
    lastMs: begun.map((at, turn) => Math.max(...counted.map(({ lastAt }) => lastAt[turn]!)) - at),
    residentKib: await residentKib(server.pid),
  };
}

/** The same, again and slower where the machine was so busy that newer messages replaced some. */
async function publishWhole(
  server: LineProcess,
  clients: readonly LineProcess[],
  step: Step,
): Promise<Figures> {
  for (let attempt = 1;; attempt++) {
    const figures = await publish(server, clients, { ...step, pauseMs: step.pauseMs * attempt });
    if (typeof figures !== "string") return figures;
    if (attempt === ATTEMPTS) throw new Error(`Cannot measure ${step.clients} clients: ${figures}`);
  }
}

/** One run of a server, step by step. */
async function run({ protocol, start }: Contestant, results: Results): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(start());
  const port = await server.next();
  const clients: LineProcess[] = [];
  let connected = 0;
  let resident: number | null = null;
  for (const step of STEPS) {
    clients.push(...await connect(port, protocol, step.clients - connected, stack));
    const figures = await publishWhole(server, clients, step);
    results.figures.set(step.clients, [...results.figures.get(step.clients) ?? [], figures]);
    if (resident !== null) {
      results.connectionKib.push((figures.residentKib - resident) / (step.clients - connected));
    }
    resident = figures.residentKib;
    connected = step.clients;
  }
}

/** Prints what a server cost. */
function tell(name: string, { figures, connectionKib }: Results): void {
  for (const [clients, runs] of figures) {
    const lastMs = runs.flatMap((each) => each.lastMs);
    const cpu = median(runs.map(({ cpuMicros }) => cpuMicros));
    const user = median(runs.map(({ userMicros }) => userMicros)).toFixed(1);
    const [p50, p99] = [0.5, 0.99].map((q) => quantile(lastMs, q).toFixed(0));
    const detail = `${user} µs without the kernel's; last client p50 ${p50} ms, p99 ${p99} ms`;
    report(`${name}, ${clients} clients`, cpu, " µs", detail);
  }
  report(`${name}, memory per connection`, median(connectionKib), " KiB", "");
}

/** Compares what a message costs two servers: the median of the runs that stand side by side. */
function compare(
  title: string,
  of: Results | undefined,
  to: Results | undefined,
  limit?: Limit,
): void {
  if (of === undefined || to === undefined) return;
  for (const [clients, runs] of of.figures) {
    const others = to.figures.get(clients) ?? [];
    const ratios = (cost: (of: Figures) => number) =>
      runs.map((run, i) => cost(run) / cost(others[i]!));
    const all = ratios(({ cpuMicros }) => cpuMicros);
    const user = median(ratios(({ userMicros }) => userMicros)).toFixed(2);
    const detail = `${
      all.map((ratio) => ratio.toFixed(2)).join(", ")
    }; without the kernel's ${user}`;
    report(`${title}, ${clients} clients`, median(all), "×", detail, limit);
  }
}

/** Compares what a connection costs two servers. */
function compareMemory(title: string, of: Results | undefined, to: Results | undefined): void {
  if (of === undefined || to === undefined) return;
  report(title, median(of.connectionKib) / median(to.connectionKib), "×", "");
}

/** Compares ours to its peers, and these with each other where they show how little it could be. */
function compareAll(results: ReadonlyMap<string, Results>): void {
  const [ws, loop, socketIo, bun] = [OUR_WS, LOOP, "Socket.IO", "Bun"].map((n) => results.get(n));
  compare("ours to the bare loop", ws, loop, { at: "most", value: 1.15 });
  compare("ours to Socket.IO", ws, socketIo);
  compare("the bare loop to Socket.IO", loop, socketIo);
  compare("Bun to Socket.IO", bun, socketIo);
  compare("ours to Bun", ws, bun);
  const [sse, streams, node] = [OUR_SSE, STREAMS, NODE_HTTP].map((name) => results.get(name));
  compare("our event stream to the bare one", sse, streams);
  compareMemory("event stream's memory to the bare one's", sse, streams);
  compareMemory("node:http's memory to the bare one's", node, streams);
}

/** Runs the benchmark. */
export async function fanoutBench(dir: string): Promise<void> {
  console.log("Fan-out: server CPU per message delivered");
  const contestants = [
    ours(OUR_WS, "ws"),
    bare(LOOP, "ws"),
    ours(OUR_SSE, "sse"),
    bare(STREAMS, "sse"),
    bare(NODE_HTTP, "sse", "fanout_node_http.ts"),
    ...await peers(dir),
  ];
  const results = new Map<string, Results>(
    contestants.map(({ name }) => [name, { figures: new Map(), connectionKib: [] }]),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const contestant of contestants) await run(contestant, results.get(contestant.name)!);
  }
  for (const [name, result] of results) tell(name, result);
  compareAll(results);
}

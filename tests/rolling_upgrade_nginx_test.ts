/** The service is replaced node by node, by a newer build and back, while clients are connected. */
import assert from "node:assert/strict";
import { ClientRun } from "./client_run.ts";
import { Deployment } from "./deployed.ts";
import { type Ended, runCommand, until } from "./server_process.ts";

/** Time for each step to be felt; the proxy leaves out what failed for up to two seconds. */
const CALM_MS = 3_000;
const AGAIN_MS = 20_000;
const ROOT = new URL("../", import.meta.url);

/** Copies a folder of the project. */
function copyTree(from: URL, to: URL): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) copyTree(new URL(`${name}/`, from), new URL(`${name}/`, to));
    else Deno.copyFileSync(new URL(name, from), new URL(name, to));
  }
}

function replace(path: URL, pattern: RegExp, replacement: string): void {
  const text = Deno.readTextFileSync(path);
  assert.match(text, pattern);
  Deno.writeTextFileSync(path, text.replace(pattern, replacement));
}

/** A checkout of a later version, whose `state.db` has had one migration more. */
function newerBuild(folder: string): URL {
  const root = new URL(`file://${folder}/newer/`);
  for (const name of ["src/", "migrations/", "dist/"]) {
    copyTree(new URL(name, ROOT), new URL(name, root));
  }
  for (const name of ["main.ts", "deno.json", "deno.lock"]) {
    Deno.copyFileSync(new URL(name, ROOT), new URL(name, root));
  }
  replace(new URL("deno.json", root), /"version": "[^"]+"/, '"version": "9.9.9"');
  const version = /const SCHEMA_VERSION = (\d+);/;
  const state = new URL("src/log/state_database.ts", root);
  const known = Number(version.exec(Deno.readTextFileSync(state))?.[1]);
  replace(state, version, `const SCHEMA_VERSION = ${known + 1};`);
  const later =
    `  "9999_later": { up: (db) => db.schema.createTable("later").addColumn("n", "integer")` +
    ".execute() },\n};\n";
  replace(new URL("migrations/state/migrations.ts", root), /\};\n$/, later);
  return root;
}

/** Asks for the figures through the proxy all the time, and keeps what was no answer. */
class Reader implements AsyncDisposable {
  readonly failures: string[] = [];
  answers = 0;
  #reading = true;
  readonly #done: Promise<void>;

  constructor(deployment: Deployment) {
    this.#done = this.#read(deployment);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reading = false;
    await this.#done;
  }

  async #read({ url, headers }: Deployment): Promise<void> {
    for (let turn = 0; this.#reading; turn++) {
      const path = ["/api/pnl/current", "/api/pnl/breakdown", "/livez"][turn % 3]!;
      try {
        const response = await fetch(`${url}${path}`, { headers });
        const text = await response.text();
        if (response.status === 200) this.answers += 1;
        else this.failures.push(`${path}: ${response.status} ${text.slice(0, 200)}`);
      } catch (error) {
        this.failures.push(`${path}: ${error}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

function clientOf(deployment: Deployment, transport: "websocket" | "sse"): ClientRun {
  const ticket = async () => {
    const { url, headers } = deployment;
    const response = await fetch(`${url}/api/tickets`, { method: "POST", headers });
    return (await response.json()).ticket;
  };
  return new ClientRun(deployment.url, {
    transports: [transport],
    headers: () => deployment.headers,
    ticket,
  });
}

async function calm(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, CALM_MS));
}

/** Each client is given finals again. */
async function goOn(runs: readonly ClientRun[]): Promise<void> {
  for (const run of runs) {
    const before = run.finals.length;
    const count = () => Promise.resolve(run.finals.length);
    await until(count, (now) => now > before + 1, AGAIN_MS).catch((error) => {
      throw new Error(`${error.message}: ${run.story.join(", ")}`);
    });
  }
}

/** Edges first, one by one, then the writer, as docs/DEPLOYMENT.md has it. */
async function replaceEdges(deployment: Deployment, root?: URL): Promise<void> {
  for (const edge of [0, 1] as const) {
    await deployment.stopEdge(edge);
    await calm();
    await deployment.startEdge(edge, root);
    await calm();
  }
}

/** What every node says its version is. */
async function versions({ writerUrl, edgeUrl, headers }: {
  readonly writerUrl: string;
  readonly edgeUrl: readonly string[];
  readonly headers: Record<string, string>;
}): Promise<string[]> {
  return await Promise.all(
    [writerUrl, ...edgeUrl].map(async (url) =>
      (await (await fetch(`${url}/health`, { headers })).json()).version
    ),
  );
}

function versionsOf(deployment: Deployment): Promise<string[]> {
  const { writerUrl, headers } = deployment;
  return versions({ writerUrl, headers, edgeUrl: [deployment.edgeUrl(0), deployment.edgeUrl(1)] });
}

/** Nobody has lost a final, nor had one twice, and nobody was told to forget. */
async function assertWhole(deployment: Deployment, runs: readonly ClientRun[]): Promise<void> {
  const { url, headers } = deployment;
  const page = await fetch(`${url}/api/pnl/history?limit=1000`, { headers });
  const { items } = await page.json() as { items: { position: number }[] };
  for (const run of runs) {
    const [first = 0, last = 0] = [run.finals.at(0), run.finals.at(-1)];
    const expected = items.map(({ position }) => 2 * position + 1)
      .filter((offset) => offset >= first && offset <= last);
    const given = run.finals.filter((offset) => offset <= expected.at(-1)!);
    const missed = expected.filter((offset) => !given.includes(offset));
    assert.deepEqual(missed, [], run.story.join(", "));
    assert.deepEqual(given, expected);
    assert.equal(run.state.missed.resyncs, 0, run.story.join(", "));
  }
}

/** Keeps the writer's folder as it is while no writer runs, or puts a file of it back. */
function keep({ data, nodes }: Deployment): void {
  copyTree(new URL(`file://${data}/`), new URL(`file://${nodes.folder}/kept/`));
}

function putBackState({ data, nodes }: Deployment): void {
  for (const name of ["state.db-wal", "state.db-shm"]) {
    try {
      Deno.removeSync(`${data}/${name}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  Deno.copyFileSync(`${nodes.folder}/kept/state.db`, `${data}/state.db`);
}

/** Starts this version's writer where it cannot go on. */
async function refused(deployment: Deployment): Promise<Ended> {
  return await runCommand(["serve"], deployment.writerEnv);
}

Deno.test("a newer build takes over node by node and the old one again, and no client loses a final", async () => {
  await using deployment = await Deployment.start();
  const newer = newerBuild(deployment.nodes.folder);
  const [own] = await versionsOf(deployment);
  await using reader = new Reader(deployment);
  using one = clientOf(deployment, "websocket");
  using two = clientOf(deployment, "websocket");
  using three = clientOf(deployment, "sse");
  const runs = [one, two, three];
  await goOn(runs);

  await replaceEdges(deployment, newer);
  await goOn(runs);
  await deployment.stopWriter();
  keep(deployment);
  await calm();
  await deployment.startWriter(newer);
  await goOn(runs);
  assert.deepEqual(await versionsOf(deployment), ["9.9.9", "9.9.9", "9.9.9"]);

  await replaceEdges(deployment);
  await deployment.stopWriter();
  const { code, err } = await refused(deployment);
  assert.equal(code, 1, err);
  assert.match(err, /state\.db: its schema is version \d+, this program knows \d+/);
  putBackState(deployment);
  await deployment.startWriter();
  await goOn(runs);
  assert.deepEqual(await versionsOf(deployment), [own, own, own]);

  await assertWhole(deployment, runs);
  await reader[Symbol.asyncDispose]();
  assert.ok(reader.answers > 100, `${reader.answers} answers`);
  assert.deepEqual(reader.failures, [], "reads through the proxy");
});

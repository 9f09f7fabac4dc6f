/** The service is replaced node by node, by a newer build and back, while clients are connected. */
import assert from "node:assert/strict";
import { ClientRun } from "./client_run.ts";
import { ClientStory } from "./client_story.ts";
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

/** A client, and what befalls it. */
interface Follower {
  readonly run: ClientRun;
  readonly story: ClientStory;
}

function follow(deployment: Deployment, transport: "websocket" | "sse"): Follower {
  const ticket = async () => {
    const { url, headers } = deployment;
    const response = await fetch(`${url}/api/tickets`, { method: "POST", headers });
    return (await response.json()).ticket;
  };
  const story = new ClientStory();
  const run = new ClientRun(deployment.url, {
    transports: [transport],
    headers: () => deployment.headers,
    ticket,
    fetch: story.fetch,
    WebSocket: story.WebSocket,
  });
  story.follow(run);
  return { run, story };
}

/** The clients, and what is done to the nodes meanwhile. */
class Followers implements Disposable {
  readonly all: readonly Follower[];
  readonly #deployment: Deployment;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
    this.all = [
      follow(deployment, "websocket"),
      follow(deployment, "websocket"),
      follow(deployment, "sse"),
    ];
  }

  /** Tells each what is done now. */
  tell(what: string): void {
    for (const { story } of this.all) story.tell(`--- ${what}`);
  }

  /** What befell one of them, and at which node it was: for the message of a failure. */
  async told({ story }: Follower): Promise<string> {
    const { proxy } = this.#deployment;
    const streams = (await proxy.accesses()).split("\n")
      .filter((line) => /GET \/(ws|api\/pnl\/stream) /.test(line));
    const nodes = [this.#deployment.edgeUrl(0), this.#deployment.edgeUrl(1)].join(", ");
    return `\n${story}\nStreams, as they ended; edges 0 and 1 are ${nodes}:\n${streams.join("\n")}`;
  }

  [Symbol.dispose](): void {
    for (const { run } of this.all) run[Symbol.dispose]();
  }
}

async function calm(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, CALM_MS));
}

/** Each client is given finals again. */
async function goOn(followers: Followers): Promise<void> {
  for (const each of followers.all) {
    const { finals } = each.run;
    const before = finals.length;
    const count = () => Promise.resolve(finals.length);
    await until(count, (now) => now > before + 1, AGAIN_MS).catch(async (error) => {
      throw new Error(`${error.message}: ${await followers.told(each)}`);
    });
  }
}

/** Edges first, one by one, then the writer, as docs/DEPLOYMENT.md has it. */
async function replaceEdges(
  deployment: Deployment,
  followers: Followers,
  root?: URL,
): Promise<void> {
  for (const edge of [0, 1] as const) {
    followers.tell(`edge ${edge} stops`);
    await deployment.stopEdge(edge);
    await calm();
    followers.tell(`edge ${edge} starts`);
    await deployment.startEdge(edge, root);
    followers.tell(`edge ${edge} has started`);
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
async function assertWhole(deployment: Deployment, followers: Followers): Promise<void> {
  const { url, headers } = deployment;
  const page = await fetch(`${url}/api/pnl/history?limit=1000`, { headers });
  const { items } = await page.json() as { items: { position: number }[] };
  for (const each of followers.all) {
    const { finals, state } = each.run;
    const [first = 0, last = 0] = [finals.at(0), finals.at(-1)];
    const expected = items.map(({ position }) => 2 * position + 1)
      .filter((offset) => offset >= first && offset <= last);
    const given = finals.filter((offset) => offset <= expected.at(-1)!);
    const missed = expected.filter((offset) => !given.includes(offset));
    const told = await followers.told(each);
    assert.deepEqual(missed, [], told);
    assert.deepEqual(given, expected, told);
    assert.equal(state.missed.resyncs, 0, told);
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
  using followers = new Followers(deployment);
  await goOn(followers);

  await replaceEdges(deployment, followers, newer);
  await goOn(followers);
  followers.tell("the writer stops");
  await deployment.stopWriter();
  keep(deployment);
  await calm();
  await deployment.startWriter(newer);
  followers.tell("the writer has started");
  await goOn(followers);
  assert.deepEqual(await versionsOf(deployment), ["9.9.9", "9.9.9", "9.9.9"]);

  await replaceEdges(deployment, followers);
  followers.tell("the writer stops");
  await deployment.stopWriter();
  const { code, err } = await refused(deployment);
  assert.equal(code, 1, err);
  assert.match(err, /state\.db: its schema is version \d+, this program knows \d+/);
  putBackState(deployment);
  await deployment.startWriter();
  followers.tell("the writer has started");
  await goOn(followers);
  assert.deepEqual(await versionsOf(deployment), [own, own, own]);

  await assertWhole(deployment, followers);
  await reader[Symbol.asyncDispose]();
  assert.ok(reader.answers > 100, `${reader.answers} answers`);
  assert.deepEqual(reader.failures, [], "reads through the proxy");
});

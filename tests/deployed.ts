/** What compose.yaml runs, as processes on this machine: the proxy, two edges, the writer and Redis. */
import assert from "node:assert/strict";
import { startRedis, type TestRedis } from "../src/redis/testing.ts";
import { type Behind, keptPort, type Proxy, startProxy } from "./nginx.ts";
import { INTERVAL_MS, Nodes } from "./redis_nodes.ts";
import { runCommand, type ServerProcess, until } from "./server_process.ts";

/** What Redis lets the nodes do, as docs/DEPLOYMENT.md has it. */
export const REDIS_RULES = [
  "on",
  "~pnl:*",
  ...["+@all", "-@dangerous", "-@admin", "+info", "+config|get"],
];
const PASSWORD = "nobodyKnows";
/** A key has come from the writer to the edges by then, milliseconds. */
const KNOWN_MS = 20_000;
const READY_MS = 20_000;

/** The two edges by number. */
export type EdgeNumber = 0 | 1;

/** A deployment whose nodes can be replaced; each keeps its port. */
export class Deployment implements AsyncDisposable {
  /** A key with every scope. */
  key = "";
  readonly #ports: Behind;
  #writer: ServerProcess | null = null;
  readonly #edges: (ServerProcess | null)[] = [null, null];

  private constructor(
    readonly redis: TestRedis,
    readonly nodes: Nodes,
    readonly proxy: Proxy,
    ports: Behind,
  ) {
    this.#ports = ports;
  }

  /** Starts all of it, makes the first key, and waits until every node knows that. */
  static async start(): Promise<Deployment> {
    const ports = { app: keptPort(), edge1: keptPort(), edge2: keptPort() };
    const rules = [...REDIS_RULES, `>${PASSWORD}`];
    const redis = await startRedis(["--user", "pnl", ...rules, "--maxmemory-policy", "noeviction"]);
    const nodes = await Nodes.prepare();
    const all = new Deployment(redis, nodes, await startProxy(keptPort(), ports), ports);
    try {
      const made = await runCommand(
        ["keys", "create", "--json", "--name", "operator", "--scopes", "admin"],
        all.writerEnv,
      );
      all.key = JSON.parse(made.out).key;
      await all.startWriter();
      await all.startEdge(0);
      await all.startEdge(1);
      return all;
    } catch (error) {
      await all[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Origin of the proxy. */
  get url(): string {
    return `http://127.0.0.1:${this.proxy.port}`;
  }

  /** Origin of an edge by itself. */
  edgeUrl(edge: EdgeNumber): string {
    return `http://127.0.0.1:${edge === 0 ? this.#ports.edge1 : this.#ports.edge2}`;
  }

  /** Origin of the writer by itself. */
  get writerUrl(): string {
    return `http://127.0.0.1:${this.#ports.app}`;
  }

  /** Folder of the writer's databases. */
  get data(): string {
    return `${this.nodes.folder}/data`;
  }

  /** What shows the key. */
  get headers(): Record<string, string> {
    return { authorization: `Bearer ${this.key}` };
  }

  /** Starts the writer, of a checkout, and waits until it is ready. */
  async startWriter(root?: URL): Promise<void> {
    this.#writer = await this.nodes.start(this.writerEnv, root);
    await this.#answers(this.writerUrl);
  }

  /** Ends the writer as a service manager does. */
  async stopWriter(): Promise<void> {
    const { code } = await this.#writer!.end("SIGTERM");
    assert.equal(code, 0, this.#writer!.output());
  }

  /** Starts an edge, of a checkout, and waits until it shows figures to who has the key. */
  async startEdge(edge: EdgeNumber, root?: URL): Promise<void> {
    const url = this.edgeUrl(edge);
    const env = {
      ...this.#common,
      PORT: new URL(url).port,
      PNL_ROLE: "edge",
      PNL_INTERVAL_MS: String(INTERVAL_MS),
      LOG_DIR: `${this.nodes.folder}/edge-${edge}-logs`,
    };
    this.#edges[edge] = await this.nodes.start(env, root);
    await this.#answers(url);
  }

  /** Ends an edge as a service manager does. */
  async stopEdge(edge: EdgeNumber): Promise<void> {
    const server = this.#edges[edge]!;
    const { code } = await server.end("SIGTERM");
    assert.equal(code, 0, server.output());
  }

  /** What the writer would be started with. */
  get writerEnv(): Record<string, string> {
    return {
      ...this.nodes.writerEnv(this.#redisUrl),
      ...this.#common,
      PORT: String(this.#ports.app),
      PNL_PUBLIC_URL: this.writerUrl,
    };
  }

  get #redisUrl(): string {
    return `redis://pnl:${PASSWORD}@127.0.0.1:${this.redis.port}`;
  }

  get #common(): Record<string, string> {
    return {
      REDIS_URL: this.#redisUrl,
      PNL_AUTH: "required",
      PNL_TRUSTED_PROXIES: "127.0.0.1",
    };
  }

  async #answers(url: string): Promise<void> {
    const ready = async () => {
      const response = await fetch(`${url}/readyz`);
      await response.body?.cancel();
      return response.status;
    };
    await until(ready, (status) => status === 200, READY_MS);
    const shown = async () => {
      const response = await fetch(`${url}/api/pnl/current`, { headers: this.headers });
      const text = await response.text();
      // Whoever asks more often with a key that is not known yet is held up.
      if (!response.ok) await new Promise((resolve) => setTimeout(resolve, 1_000));
      return response.ok ? JSON.parse(text).served : { from: text };
    };
    await until(shown, ({ from, confirmed }) => from !== "default" && confirmed === true, KNOWN_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await this.nodes[Symbol.asyncDispose]();
    await this.redis[Symbol.asyncDispose]();
  }
}

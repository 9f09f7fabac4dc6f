/** A real Redis server of a test's own: started on a free port, killed, started again, full or empty. */
import { Redis } from "ioredis";
import { freePort } from "./test_port.ts";

/** A server that belongs to one test. */
export interface TestRedis extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** A connection for the test's own questions. It waits while the server is away. */
  readonly client: Redis;
  /** Kill -9. What was not saved is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty (nothing is ever saved). */
  restart(): Promise<void>;
}

const READY_MS = 10_000;

async function spawn(port: number, dir: string, args: readonly string[]) {
  const child = new Deno.Command(Deno.env.get("PNL_TEST_REDIS_SERVER") ?? "redis-server", {
    args: [
      ...["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--save", ""],
      ...["--appendonly", "no", "--enable-debug-command", "yes", ...args],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const deadline = performance.now() + READY_MS;
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return child;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** @param args further arguments of `redis-server`, such as `--maxmemory 5mb` */
export async function startRedis(args: readonly string[] = []): Promise<TestRedis> {
  const dir = await Deno.makeTempDir({ prefix: "pnl-redis-" });
  const port = freePort();
  let child = await spawn(port, dir, args);
  let running = true;
  const client = new Redis({ host: "127.0.0.1", port, maxRetriesPerRequest: null });
  client.on("error", () => {});
  const kill = async () => {
    if (!running) return;
    running = false;
    child.kill("SIGKILL");
    await child.status;
  };
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    client,
    kill,
    restart: async () => {
      await kill();
      child = await spawn(port, dir, args);
      running = true;
    },
    [Symbol.asyncDispose]: async () => {
      client.disconnect();
      await kill();
      await Deno.remove(dir, { recursive: true });
    },
  };
}

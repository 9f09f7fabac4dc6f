/** The consumer that docs/INTEGRATION.md shows, as it stands there, against the mirror. */
import assert from "node:assert/strict";
import { fill, openLog, SteppedClock } from "../src/projection/testing.ts";
import { BranchKeeper } from "../src/redis/branch.ts";
import { RedisConnection } from "../src/redis/connection.ts";
import { EventMirror } from "../src/redis/event_mirror.ts";
import { startRedis, type TestRedis } from "../src/redis/testing.ts";
import { until } from "./server_process.ts";

const ROOT = new URL("../", import.meta.url);
const SECTION = "## The event stream in Redis";
const EVENTS = 5_000;
/** What the consumer prints of an event that it handles. */
const HANDLED = /^(\d+) pnl\./;

/** The first example of the section, as text. */
function example(): string {
  const text = Deno.readTextFileSync(new URL("docs/INTEGRATION.md", ROOT));
  const section = text.slice(text.indexOf(SECTION));
  const code = /^```ts\n([\s\S]*?)^```$/m.exec(section)?.[1];
  assert.ok(code !== undefined, "the section has an example");
  return code;
}

/** A consumer in a process of its own. */
class Consumer {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  /** The positions that it handled, in its order. */
  readonly handled: number[] = [];

  constructor(path: string, url: string) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-q", "--frozen", "--cached-only", "--no-prompt", "--allow-env"],
        ...["--allow-net=127.0.0.1", "--config", new URL("deno.json", ROOT).pathname, path],
      ],
      env: { REDIS_URL: url },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.handled.push(Number(HANDLED.exec(line)?.[1] ?? NaN));
    }
  }

  /** Waits until it has handled a position. */
  async reaches(position: number): Promise<void> {
    await until(() => Promise.resolve(this.handled.at(-1) ?? 0), (at) => at >= position, 20_000);
  }

  /** Kill -9. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#reading;
  }
}

/** A log that is mirrored, and a file with the example. */
async function withMirror(
  work: (
    place: { redis: TestRedis; path: string; append: (count: number) => number },
  ) => Promise<void>,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis());
  const dir = await Deno.makeTempDir({ prefix: "pnl-" });
  stack.defer(() => Deno.remove(dir, { recursive: true }));
  const clock = new SteppedClock();
  const log = stack.use(await openLog(dir, clock));
  const identity = {
    holder: "test",
    token: 1,
    predecessor: null,
    logId: log.id,
    address: () => "",
  };
  const connection = new RedisConnection({ url: redis.url });
  stack.defer(() => connection.close());
  const branches = new BranchKeeper({
    redis: connection,
    log,
    identity,
    retention: 1_000_000,
  });
  const mirror = new EventMirror({ redis: connection, log, branches, identity, clock });
  const ending = new AbortController();
  const running = mirror.run(ending.signal);
  stack.defer(async () => {
    ending.abort();
    await running;
  });
  const path = `${dir}/consumer.ts`;
  Deno.writeTextFileSync(path, example());
  const append = (count: number) => {
    const from = log.head().position;
    log.append(Array.from({ length: count }, (_, n) => fill(from + n, clock)));
    return log.head().position;
  };
  await work({ redis, path, append });
}

/** The whole numbers up to `last`. */
const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

Deno.test("the example of a consumer handles every event in order, also when it is killed", () =>
  withMirror(async ({ redis, path, append }) => {
    append(EVENTS);
    const first = new Consumer(path, redis.url);
    await first.reaches(EVENTS / 4);
    await first.kill();
    const cut = first.handled.at(-1) ?? 0;
    assert.ok(cut < EVENTS, "it was killed in the middle");
    assert.deepEqual(first.handled, upTo(cut));
    const second = new Consumer(path, redis.url);
    try {
      await second.reaches(EVENTS);
      await second.reaches(append(100));
      const [from = 0] = second.handled;
      // What the first had handled and not acknowledged comes again, and nothing else does.
      assert.ok(from <= cut + 1 && from > cut - 2, `${from} after ${cut}`);
      assert.deepEqual(second.handled, upTo(EVENTS + 101).slice(from - 1));
    } finally {
      await second.kill();
    }
  }));

Deno.test("the example of a consumer goes on when Redis is emptied, and handles nothing twice", () =>
  withMirror(async ({ redis, path, append }) => {
    const consumer = new Consumer(path, redis.url);
    try {
      await consumer.reaches(append(500));
      await redis.client.flushall();
      const last = append(500);
      await consumer.reaches(last);
      await redis.kill();
      await redis.restart();
      await consumer.reaches(append(500));
      assert.deepEqual(consumer.handled, upTo(last + 500));
    } finally {
      await consumer.kill();
    }
  }));

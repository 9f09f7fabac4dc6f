/** Whatever stands in Redis, in whatever order it comes: clients of an edge never go backwards. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { readConfig } from "../src/cli/config.ts";
import { startEdge } from "../src/cli/edge.ts";
import { systemClock } from "../src/log/system_clock.ts";
import { startFaultyProxy } from "../src/redis/test_proxy.ts";
import { startRedis, type TestRedis } from "../src/redis/testing.ts";
import { OddPublisher } from "./odd_publisher.ts";
import { until } from "./server_process.ts";
import { SseFollower, type StreamFollower, WebSocketFollower } from "./stream_follower.ts";

const RUNS = 15;
const INTERVAL_MS = 100;
/** Clients are where the writer is so soon after it, milliseconds. */
const ARRIVAL_MS = 5_000;

const back = fc.nat(12);
const act = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("publish"), final: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("again", "rewrite", "beat"), back }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("branch", "epoch"), back }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("flush", "trim", "interrupt", "cut") }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("wait"), ms: fc.nat(150) }) },
);
type Act = {
  readonly kind: string;
  readonly final?: boolean;
  readonly back?: number;
  readonly ms?: number;
};

/** What an act works on. */
interface Place {
  readonly publisher: OddPublisher;
  readonly followers: readonly StreamFollower[];
  interrupt(): void;
}

async function perform({ kind, final = false, back = 0, ms = 0 }: Act, place: Place) {
  const { publisher, followers } = place;
  switch (kind) {
    case "publish":
      return await publisher.publish(final);
    case "again":
      return await publisher.again(back);
    case "rewrite":
      return await publisher.rewrite(back);
    case "beat":
      return await publisher.beat(back);
    case "branch":
      return await publisher.branch(back);
    case "epoch":
      return await publisher.epoch(back);
    case "flush":
      return await publisher.flush();
    case "trim":
      return await publisher.trim();
    case "interrupt":
      return place.interrupt();
    case "cut":
      return followers.forEach((follower) => follower.cut());
    default:
      await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

/** The settings of an edge in this process. */
function edgeConfig(port: number) {
  return readConfig({
    PORT: "0",
    PNL_ROLE: "edge",
    PNL_INTERVAL_MS: String(INTERVAL_MS),
    REDIS_URL: `redis://127.0.0.1:${port}`,
  });
}

async function run(redis: TestRedis, acts: readonly Act[]): Promise<void> {
  await redis.client.flushall();
  await using stack = new AsyncDisposableStack();
  const proxy = stack.use(await startFaultyProxy(redis.port));
  const publisher = new OddPublisher(redis.client, INTERVAL_MS);
  await publisher.publish(true);
  const edge = await startEdge(edgeConfig(proxy.port), systemClock);
  stack.defer(async () => void await edge.stop());
  const url = `http://127.0.0.1:${edge.port}`;
  const followers = [new WebSocketFollower(url), new SseFollower(url)];
  for (const follower of followers) stack.use(follower.start());
  const place = { publisher, followers, interrupt: () => proxy.reset() };
  for (const each of acts) await perform(each, place);
  for (const follower of followers) {
    await until(
      async () => {
        // As a writer does: it goes on.
        await publisher.publish(false);
        return { place: publisher.place, last: follower.seen.at(-1) };
      },
      ({ place, last }) => {
        const [epoch = "", offset = ""] = place.split(":");
        return last?.epoch === epoch && last.offset >= Number(offset) - 40;
      },
      ARRIVAL_MS,
    );
    assert.deepEqual(follower.breaches, [], follower.constructor.name);
  }
}

Deno.test("clients of an edge never go backwards, whatever order Redis gives things in", async () => {
  await using redis = await startRedis();
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 5, maxLength: 40, size: "max" }),
      (acts) => run(redis, acts as Act[]),
    ),
    { numRuns: RUNS, endOnFailure: true },
  );
});

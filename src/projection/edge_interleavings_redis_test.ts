import assert from "node:assert/strict";
import fc from "fast-check";
import { TestPublisher } from "../redis/test_publisher.ts";
import { type FaultyProxy, startFaultyProxy } from "../redis/test_proxy.ts";
import { startRedis, type TestRedis } from "../redis/testing.ts";
import { FollowingEdge } from "./test_following_edge.ts";
import { until } from "./testing.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const EPOCHS = ["0123456789abcdef", "fedcba9876543210"];

/** What may happen between two snapshots, and how long after the thing before, milliseconds. */
const steps = fc.array(
  fc.record({
    what: fc.constantFrom(
      ...["final", "final", "final", "provisional", "provisional", "provisional"],
      ...["branch", "epoch", "again", "trim", "drop", "reset", "beat"],
    ),
    waitMs: fc.constantFrom(0, 0, 0, 1, 5, 30, 90),
  }),
  { minLength: 1, maxLength: 30 },
);

/** The truth of a line, and the publisher of it. */
class Line {
  readonly offsets: number[] = [];
  readonly publisher: TestPublisher;
  #position = 0;

  constructor(server: TestRedis, branch: string, epoch: string) {
    this.publisher = new TestPublisher(server.client, branch, epoch);
  }

  get finals(): number[] {
    return this.offsets.filter((offset) => offset % 2 === 1);
  }

  async publish(final: boolean): Promise<void> {
    this.#position += 1;
    const offset = 2 * this.#position + (final ? 1 : 0);
    await this.publisher.publish([offset], this.finals.at(-1) ?? 0);
    this.offsets.push(offset);
  }

  /** Writes the stream again, with finals and the newest snapshot as a writer would. */
  async again(): Promise<void> {
    const last = this.offsets.slice(-1).filter((offset) => offset % 2 === 0);
    await this.publisher.publish([...this.finals, ...last]);
  }
}

/** Does the steps, and gives the line at the end of them. */
async function play(
  server: TestRedis,
  proxy: FaultyProxy,
  given: readonly { readonly what: string; readonly waitMs: number }[],
): Promise<Line> {
  let branches = 0;
  const begin = async (epoch: string) => {
    const line = new Line(server, `branch-${branches++}`, epoch);
    await line.publisher.begin();
    return line;
  };
  let line = await begin(EPOCHS[0]!);
  const { client } = server;
  const { snapshots } = line.publisher.keys;
  const act: Record<string, () => Promise<unknown> | void> = {
    final: () => line.publish(true),
    provisional: () => line.publish(false),
    branch: async () => line = await begin(EPOCHS[0]!),
    epoch: async () => line = await begin(EPOCHS[branches % 2]!),
    again: async () => {
      await client.del(snapshots);
      await line.again();
    },
    trim: () => client.xtrim(snapshots, "MAXLEN", 1),
    drop: async () => {
      const [entry] = await client.xrange(snapshots, "-", "+", "COUNT", 1);
      if (entry !== undefined) await client.xdel(snapshots, entry[0]);
    },
    reset: () => proxy.reset(),
    beat: () => line.publisher.beat(line.offsets.at(-1) ?? 0),
  };
  for (const { what, waitMs } of given) {
    await act[what]?.();
    if (waitMs > 0) await sleep(waitMs);
  }
  await line.publish(true);
  await line.publish(false);
  return line;
}

Deno.test("EdgeProjection never goes back and misses no final unsaid, whatever befalls Redis", async () => {
  await using server = await startRedis();
  await using proxy = await startFaultyProxy(server.port);
  await fc.assert(
    fc.asyncProperty(steps, async (given) => {
      await server.client.flushall();
      await using following = new FollowingEdge(proxy.url, 100);
      const { edge } = following;
      const seen: { readonly stay: number; readonly offset: number; readonly json: string }[] = [];
      edge.subscribe(({ offset, json }) => seen.push({ stay: following.restarts, offset, json }));
      const line = await play(server, proxy, given);
      const last = line.offsets.at(-1)!;
      const { publisher } = line;
      await until(() => edge.branch === publisher.branch && edge.current()?.offset === last);
      assert.equal(edge.current()?.json, publisher.json(last));
      const whole = edge.completeAfter;
      assert.deepEqual(
        edge.finalsAfter(whole, 99).map(({ offset }) => offset),
        line.finals.filter((offset) => offset > whole),
      );
      const lineOf = ({ json }: { readonly json: string }) =>
        json.slice(0, json.indexOf(',"offset"'));
      seen.forEach((frame, at) => {
        const before = seen[at - 1];
        if (before === undefined) return;
        if (before.stay === frame.stay) {
          assert.equal(lineOf(frame), lineOf(before), "another line came without a restart");
          assert.ok(frame.offset > before.offset, "it went back");
        }
        const left = seen.slice(0, at).findLastIndex((each) => lineOf(each) === lineOf(frame));
        assert.ok(left < 0 || left === at - 1, "a line came back that had been left");
      });
    }),
    { numRuns: 40 },
  );
});

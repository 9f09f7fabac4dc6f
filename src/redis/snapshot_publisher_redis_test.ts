import assert from "node:assert/strict";
import fc from "fast-check";
import type { WriterIdentity } from "./identity.ts";
import { redisKeys } from "./keys.ts";
import { parseModel } from "./records.ts";
import { publishSnapshots, type SnapshotBatch } from "./publish_snapshots.ts";
import { OutOfPlaceError } from "./scripts.ts";
import { SnapshotPublisher } from "./snapshot_publisher.ts";
import { eventually } from "./test_mirror.ts";
import { PlannedSource, streamSnapshots, TestConnection, writerIdentity } from "./test_writer.ts";
import { startRedis, type TestRedis } from "./testing.ts";

const KEYS = redisKeys();
const BRANCH = "0b";
const EPOCH = "0123456789abcdef";
const LOG = { rootAt: (position: number) => `root-${position}` };

/** An empty Redis in which the branch has begun. */
async function begin({ client }: TestRedis): Promise<void> {
  await client.flushall();
  await client.hset(KEYS.log, { logId: "a-log", branch: BRANCH, token: 1 });
}

/** What an honest publisher sends that believes the stream to be at one position, and is at another. */
function batch(from: number, to: number): SnapshotBatch {
  const source = new PlannedSource({ epoch: EPOCH });
  source.advance(from);
  const before = source.finalsAfter(0, Infinity).at(-1)?.offset ?? 0;
  const reached = source.current()?.offset ?? 0;
  source.advance(to - from);
  const current = source.current();
  assert.ok(current !== null);
  const frames = [...source.finalsAfter(before, Infinity), ...(to > from ? [current] : [])];
  return {
    epoch: EPOCH,
    reached,
    added: frames.map((frame, at) => ({ ...frame, previous: frames[at - 1]?.offset ?? before })),
    current,
    breakdown: source.breakdown(),
    dropped: null,
    made: { position: to, root: LOG.rootAt(to) },
  };
}

/** What of Redis may never go backwards. */
async function offsets({ client }: TestRedis): Promise<readonly number[]> {
  const last = (await streamSnapshots(client)).at(-1)?.offset ?? 0;
  const models = await Promise.all([KEYS.current, KEYS.breakdown].map(async (key) => {
    const text = await client.get(key);
    return text === null ? 0 : parseModel(key, text).offset;
  }));
  const made = Number(await client.hget(KEYS.log, "snapshotPosition") ?? 0);
  return [last, ...models, 2 * made];
}

/** Asserts that what the stream holds is a chain without a gap. */
async function assertChained({ client }: TestRedis): Promise<void> {
  let final = 0;
  for (const { offset, previous } of await streamSnapshots(client)) {
    assert.equal(previous, final);
    if (offset % 2 === 1) final = offset;
  }
}

async function assertComplete({ client }: TestRedis, source: PlannedSource): Promise<void> {
  const finals = (await streamSnapshots(client)).filter(({ offset }) => offset % 2 === 1);
  assert.deepEqual(
    finals.map(({ offset, json, epoch }) => ({ offset, json, epoch })).slice(-1_000),
    source.newestFinals(1_000),
  );
}

/** Publishes with one connection until the signal, as the writer does: what fails is begun again. */
async function keepPublishing(
  redis: TestConnection,
  identity: WriterIdentity,
  source: PlannedSource,
  signal: AbortSignal,
): Promise<void> {
  const publisher = new SnapshotPublisher({ redis, identity, source, log: LOG, intervalMs: 5 });
  while (!signal.aborted) {
    await publisher.run(BRANCH, signal)
      .catch(() => new Promise((resolve) => setTimeout(resolve, 1)));
  }
}

Deno.test("publishSnapshots() late, twice or out of order never takes Redis backwards", async () => {
  await using server = await startRedis();
  await using redis = new TestConnection(server);
  assert.ok(await redis.untilReady(5_000));
  const context = { redis, identity: writerIdentity(), branch: BRANCH };
  const sent = fc.tuple(fc.nat(12), fc.nat(12)).map(([a, b]) =>
    batch(Math.min(a, b), Math.max(a, b, 1))
  );
  await fc.assert(
    fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 12 }), async (batches) => {
      await begin(server);
      let before = await offsets(server);
      let refused = 0;
      for (const each of batches) {
        try {
          await publishSnapshots(context, each);
        } catch (error) {
          if (!(error instanceof OutOfPlaceError)) throw error;
          refused++;
        }
        const after = await offsets(server);
        after.forEach((offset, at) => assert.ok(offset >= before[at]!, `${before} → ${after}`));
        before = after;
        await assertChained(server);
      }
      assert.ok(refused === batches.length || before[0]! > 0);
    }),
    { numRuns: 100 },
  );
});

/** What befalls two publishers of the same run. */
type Step =
  | { readonly do: "advance"; readonly events: number }
  | { readonly do: "wait" | "cut one" | "cut other" | "cut both" | "delete" | "flush current" }
  | { readonly do: "late"; readonly share: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant("advance" as const), events: fc.nat(9) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom(
          ...(["cut one", "cut other", "cut both", "delete", "flush current"] as const),
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("late" as const),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    },
  ),
  { minLength: 3, maxLength: 15 },
);

Deno.test("SnapshotPublisher, two at once through broken connections, brings every final once and in order", async () => {
  await using server = await startRedis();
  const identity = writerIdentity();
  await using one = new TestConnection(server);
  await using other = new TestConnection(server);
  await using third = new TestConnection(server);
  const all = [one, other, third];
  for (const redis of all) assert.ok(await redis.untilReady(5_000));
  const cut = { "cut one": [one], "cut other": [other], "cut both": [one, other] };
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      await begin(server);
      const source = new PlannedSource({ epoch: EPOCH });
      const ending = new AbortController();
      const running = [one, other]
        .map((redis) => keepPublishing(redis, identity, source, ending.signal));
      let shown = 0;
      for (const step of plan) {
        if (step.do === "advance") source.advance(step.events);
        else if (step.do === "wait") await new Promise((resolve) => setTimeout(resolve, 2));
        else if (step.do === "delete") await server.client.del(KEYS.snapshots);
        else if (step.do === "flush current") await server.client.del(KEYS.current, KEYS.breakdown);
        else if (step.do === "late") {
          const to = Math.ceil(step.share * source.position);
          const late = batch(0, Math.max(1, to));
          if (source.position > 0) {
            await publishSnapshots({ redis: third, identity, branch: BRANCH }, late)
              .catch((error) => assert.ok(error instanceof OutOfPlaceError));
          }
        } else for (const redis of cut[step.do]) redis.commands.disconnect(true);
        const text = await server.client.get(KEYS.current);
        if (step.do === "flush current") shown = 0;
        const offset = text === null ? shown : parseModel(KEYS.current, text).offset;
        assert.ok(offset >= shown);
        shown = offset;
        await assertChained(server);
      }
      source.advance(1);
      const newest = source.current()!.offset;
      await eventually(async () => (await offsets(server)).every((each) => each === newest));
      await assertComplete(server, source);
      await assertChained(server);
      ending.abort();
      await Promise.all(running);
    }),
    { numRuns: 60 },
  );
});

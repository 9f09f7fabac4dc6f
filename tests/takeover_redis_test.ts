/** Who writes: a server after another on one data directory, and those that may not. */
import assert from "node:assert/strict";
import { redisKeys } from "../src/redis/keys.ts";
import { LEASE_TTL_MS, parseLease } from "../src/redis/records.ts";
import { streamLines } from "../src/redis/test_mirror.ts";
import { startRedis, type TestRedis } from "../src/redis/testing.ts";
import { current, INTERVAL_MS, Nodes } from "./redis_nodes.ts";
import { assertMirrored, calm } from "./redis_scene.ts";
import { runCommand, until } from "./server_process.ts";
import { missedFinals, SseFollower, WebSocketFollower } from "./stream_follower.ts";

const KILLS = 3;
const KEYS = redisKeys();

async function lease(redis: TestRedis) {
  return parseLease(KEYS.writer, await redis.client.get(KEYS.writer) ?? "");
}

/** Everything that a writer writes, but the times of the heartbeat and of the lease. */
async function written(redis: TestRedis) {
  const { client } = redis;
  const { holder, address } = await lease(redis);
  const { branch, logId } = await client.hgetall(KEYS.log);
  const first = await client.xrange(KEYS.events, "-", "+", "COUNT", 1);
  return { holder, address, branch, logId, first, setAside: await client.exists(KEYS.setAside) };
}

/** Copies the files of a folder that has no folders in it. */
function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to);
  for (const { name } of Deno.readDirSync(from)) {
    Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
  }
}

/** No identity stands in the log twice. */
function assertUnique(lines: readonly { readonly line: string }[]): void {
  const identities = lines.map(({ line }) => {
    const { source, id } = JSON.parse(line);
    return `${source} ${id}`;
  });
  assert.equal(new Set(identities).size, identities.length);
}

Deno.test("a writer that is killed is followed by the next one at once, and edges go on", async () => {
  await using redis = await startRedis();
  await using nodes = await Nodes.prepare();
  let writer = await nodes.writer(redis.url);
  const edge = await nodes.edge(redis.url);
  await using socket = new WebSocketFollower(edge.url).start();
  await using events = new SseFollower(edge.url).start();
  const { branch } = await written(redis);
  for (let kill = 0; kill < KILLS; kill++) {
    await calm(1_000 + Math.random() * INTERVAL_MS);
    const before = await lease(redis);
    await writer.end("SIGKILL");
    const dead = await streamLines(redis.client, KEYS.events);
    writer = await nodes.writer(redis.url);
    assert.ok(writer.startedMs < LEASE_TTL_MS / 2, `${writer.startedMs} ms`);
    const after = await until(() => lease(redis), ({ holder }) => holder !== before.holder, 1_000);
    assert.ok(after.token > before.token);
    assert.equal(after.address, writer.url);
    const lines = await nodes.lines();
    assert.deepEqual(lines.slice(0, dead.length), dead, "what was mirrored is in the log");
  }
  await calm(2_000);
  await assertMirrored({ nodes, redis });
  assertUnique(await nodes.lines());
  assert.equal((await written(redis)).branch, branch, "the same unbroken past");
  const { items } = await (await fetch(`${writer.url}/api/pnl/history?limit=1000`)).json();
  const finals = items.map(({ position }: { position: number }) => 2 * position + 1);
  const { served } = await current(writer);
  for (const follower of [socket, events]) {
    const name = follower.constructor.name;
    await until(
      () => Promise.resolve(follower.seen.at(-1)),
      (last) => `${last?.epoch}:${last?.offset}` === served.pos,
      5_000,
    );
    assert.deepEqual(follower.breaches, [], name);
    assert.equal(follower.resets, 0, name);
    assert.equal(follower.connections, 1, name);
    assert.deepEqual(missedFinals(follower.finals, finals), [], name);
  }
});

Deno.test("a writer with another log on the same Redis is refused, exit 2, and changes nothing", async () => {
  await using redis = await startRedis();
  await using nodes = await Nodes.prepare();
  const writer = await nodes.writer(redis.url);
  await until(() => streamLines(redis.client, KEYS.events), (entries) => entries.length > 2, 5_000);
  const before = await written(redis);
  for (const state of ["running", "stopped"]) {
    const refused = await runCommand(["serve"], nodes.writerEnv(redis.url, "other"));
    assert.equal(refused.code, 2, `${state}: ${refused.err}`);
    assert.match(refused.err, /REDIS_PREFIX/);
    assert.match(refused.err, new RegExp(`\\b${before.logId}\\b`));
    if (state === "running") {
      assert.deepEqual(await written(redis), before);
      assert.equal((await writer.end("SIGTERM")).code, 0, writer.output());
    }
  }
  assert.equal((await redis.client.hgetall(KEYS.log)).logId, before.logId);
  const own = { ...nodes.writerEnv(redis.url, "other"), REDIS_PREFIX: "other:" };
  const beside = await nodes.start(own);
  assert.equal((await beside.end("SIGTERM")).code, 0, beside.output());
});

Deno.test("a copy of a data directory is refused while its writer runs, exit 1, and names it", async () => {
  await using redis = await startRedis();
  await using nodes = await Nodes.prepare();
  const first = await nodes.writer(redis.url);
  assert.equal((await first.end("SIGTERM")).code, 0, first.output());
  copyFolder(`${nodes.folder}/data`, `${nodes.folder}/copy`);
  const writer = await nodes.writer(redis.url);
  const before = await written(redis);
  const refused = await runCommand(["serve"], nodes.writerEnv(redis.url, "copy"));
  assert.equal(refused.code, 1, refused.err);
  assert.ok(refused.err.includes(writer.url), refused.err);
  assert.deepEqual(await written(redis), before);
  await assertMirrored({ nodes, redis });
  const { served } = await current(writer);
  assert.equal(served.from, "memory");
});

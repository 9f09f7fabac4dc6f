import assert from "node:assert/strict";
import { openSqliteEventLog } from "../log/sqlite_event_log.ts";
import { systemClock } from "../log/system_clock.ts";
import { inTempDir } from "../log/testing.ts";
import { redisKeys } from "../redis/keys.ts";
import { HEARTBEAT_TTL_MS } from "../redis/records.ts";
import { startRedis } from "../redis/testing.ts";
import { type CheckResult, runChecks } from "./check.ts";
import { type Environment, readConfig } from "./config.ts";
import { openRedisChecks } from "./redis_checks.ts";

const KEYS = redisKeys();

async function resultsOf(env: Environment): Promise<Map<string, CheckResult>> {
  await using redis = await openRedisChecks(readConfig(env));
  const results = new Map<string, CheckResult>();
  for await (const result of runChecks(redis.checks)) results.set(result.name, result);
  return results;
}

Deno.test("openRedisChecks() without Redis has none", async () => {
  assert.equal((await resultsOf({})).size, 0);
});

Deno.test("openRedisChecks() of a Redis that is away fails once, and shows no password", async () => {
  const results = await resultsOf({ REDIS_URL: "redis://user:hush@127.0.0.1:1" });
  const [redis, ...others] = results.values();
  assert.equal(redis?.status, "fail");
  assert.match(redis?.detail ?? "", /127\.0\.0\.1:1 is not reached \(REDIS_URL\)/);
  assert.deepEqual(new Set(others.map(({ status }) => status)), new Set(["skip"]));
  assert.doesNotMatch(JSON.stringify([...results.values()]), /hush/);
});

Deno.test("openRedisChecks() tell what may be thrown out, and what a password would open", async () => {
  await using server = await startRedis(["--maxmemory", "50mb", "--requirepass", "secret"]);
  server.client.disconnect();
  const open = (policy: string) => resultsOf({ REDIS_URL: withPassword(server.url, policy) });
  assert.match((await resultsOf({ REDIS_URL: server.url })).get("redis")?.detail ?? "", /NOAUTH/);
  const good = await open("secret");
  assert.equal(good.get("redis")?.status, "ok", good.get("redis")?.detail ?? "");
  assert.match(good.get("redis")?.detail ?? "", /version \d+\.\d+\.\d+, \d+\.\d ms/);
  assert.equal(good.get("redis memory")?.status, "ok");
});

function withPassword(url: string, password: string): string {
  return url.replace("redis://", `redis://:${password}@`);
}

Deno.test("openRedisChecks() warn of a policy that may throw out the stream", async () => {
  await using server = await startRedis([
    ...["--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru"],
  ]);
  const { status, detail } = (await resultsOf({ REDIS_URL: server.url })).get("redis memory")!;
  assert.equal(status, "warn");
  assert.match(detail, /allkeys-lru: it may throw out the stream/);
});

Deno.test("openRedisChecks() of a writer's folder tell whose stream and lease are there", async () => {
  await using server = await startRedis();
  await inTempDir(async (dir) => {
    const env = { REDIS_URL: server.url, PNL_DATA_DIR: dir };
    const check = async (name: string) => (await resultsOf(env)).get(name)!;
    Deno.mkdirSync(`${dir}/sandbox`);
    using log = await openSqliteEventLog({ path: `${dir}/sandbox/events.db`, clock: systemClock });
    assert.match((await check("redis stream")).detail, /^empty/);
    const lineage = { position: 0, root: log.head().root, branch: "b", token: 1, from: 0 };
    await server.client.hset(KEYS.log, { ...lineage, logId: "another" });
    const foreign = await check("redis stream");
    assert.equal(foreign.status, "fail");
    assert.match(foreign.detail, /log another .* a REDIS_PREFIX of its own/);
    await server.client.hset(KEYS.log, { logId: log.id });
    assert.equal((await check("redis stream")).status, "ok");
    await server.client.hset(KEYS.log, { position: 7 });
    assert.equal((await check("redis stream")).status, "warn");
    assert.equal((await check("redis lease")).detail, "free");
    const lease = {
      holder: "h",
      token: 1,
      logId: log.id,
      address: "http://there:1",
      since: "then",
    };
    await server.client.set(KEYS.writer, JSON.stringify(lease), "PX", 5_000);
    assert.match((await check("redis lease")).detail, /held by http:\/\/there:1 since then/);
  });
});

Deno.test("openRedisChecks() of an edge ask for a writer's sign of life", async () => {
  await using server = await startRedis();
  const env = { REDIS_URL: server.url, PNL_ROLE: "edge" };
  assert.equal((await resultsOf(env)).get("redis stream")?.status, "fail");
  const heartbeat = {
    ...{ at: new Date().toISOString(), branch: "b", epoch: "0123456789abcdef", offset: 1 },
    ...{ windowMs: 5000, intervalMs: 5000, mode: "live", version: "1", sources: [] },
    ...{ address: "http://there:1", confirmedAgeMs: 0 },
  };
  const left = HEARTBEAT_TTL_MS - 3_000;
  await server.client.set(KEYS.heartbeat, JSON.stringify(heartbeat), "PX", left);
  const { status, detail } = (await resultsOf(env)).get("redis stream")!;
  assert.equal(status, "ok");
  assert.match(detail, /^the live writer at http:\/\/there:1 was heard 3\.\d s ago$/);
});

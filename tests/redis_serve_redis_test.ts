import assert from "node:assert/strict";
import { redisKeys } from "../src/redis/keys.ts";
import { LEASE_TTL_MS, type LeaseRecord } from "../src/redis/records.ts";
import { startRedis, type TestRedis } from "../src/redis/testing.ts";
import {
  flagsFor,
  runCommand,
  runSignalled,
  type ServerProcess,
  startServerProcess,
  until,
  withFolder,
} from "./server_process.ts";

const KEYS = redisKeys();
/** A server is down within this time of a signal, milliseconds. */
const STOP_MS = 5_000;

const getJson = async (url: string) => await (await fetch(url)).json();
const health = (server: ServerProcess) => getJson(`${server.url}/health`);

/** Everything that the servers wrote into their log files. */
function logged(folder: string): string {
  const names = [...Deno.readDirSync(`${folder}/logs`)].map(({ name }) => name);
  return names.map((name) => Deno.readTextFileSync(`${folder}/logs/${name}`)).join("");
}

async function end(server: ServerProcess): Promise<void> {
  const { code, elapsedMs } = await server.end("SIGTERM");
  assert.equal(code, 0, server.output());
  assert.ok(elapsedMs < STOP_MS, `${elapsedMs} ms`);
}

/** Runs a server until the work is done, and ends it whatever comes of that. */
async function serving(
  env: Record<string, string>,
  work: (server: ServerProcess) => Promise<void>,
): Promise<void> {
  const server = await startServerProcess(env);
  try {
    await work(server);
    await end(server);
  } finally {
    await server.end("SIGKILL");
  }
}

/** Waits until Redis has all that the server's log has. */
function untilMirrored(server: ServerProcess) {
  return until(
    () => health(server),
    ({ position, redis }) => position > 100 && redis.mirror.lagEvents === 0 && redis.readable,
    10_000,
  );
}

/** Another process's lease. */
async function takeLease(redis: TestRedis, ttlMs: number): Promise<LeaseRecord> {
  const lease: LeaseRecord = {
    holder: "another",
    token: 1,
    logId: "another",
    address: "http://10.0.0.9:3000",
    since: "2026-11-22T10:00:00.000Z",
  };
  await redis.client.set(KEYS.writer, JSON.stringify(lease), "PX", ttlMs);
  return lease;
}

Deno.test("serve with REDIS_URL fills Redis, says so in /health, and doctor finds all well", async () => {
  await using redis = await startRedis();
  await withFolder(async (env) => {
    const configured = { ...env, REDIS_URL: redis.url };
    await serving(configured, async (server) => {
      const { status, reasons, tiers, redis: seen } = await untilMirrored(server);
      assert.deepEqual([status, reasons, tiers.redis], ["ok", [], "ok"]);
      assert.deepEqual([seen.connection, seen.lease, seen.mirror.state], [
        ...["ready", "held", "following"],
      ]);
      assert.ok(await redis.client.xlen(KEYS.events) >= seen.mirror.position);
      const lease = JSON.parse(await redis.client.get(KEYS.writer) ?? "");
      assert.equal(lease.address, server.url);
      const doctor = await runCommand(["doctor", "--json"], configured);
      assert.equal(doctor.code, 0, doctor.out + doctor.err);
      const checks: { name: string; detail: string }[] = JSON.parse(doctor.out).checks;
      const stream = checks.find(({ name }) => name === "redis stream")?.detail ?? "";
      assert.ok(stream.includes(`the sandbox writer at ${server.url} was heard`), stream);
    });
    assert.equal(await redis.client.exists(KEYS.writer), 0, "the lease is given back");
  });
});

Deno.test("serve as an edge has no data folder, shows the writer's figures, and names the writer", async () => {
  await using redis = await startRedis();
  await withFolder(async (env, folder) => {
    const writing = {
      ...env,
      REDIS_URL: redis.url,
      PNL_PUBLIC_URL: "http://writer.example:3000",
      PNL_INTERVAL_MS: "500",
    };
    const data = `${folder}/none`;
    const reading = {
      ...env,
      REDIS_URL: redis.url,
      PNL_ROLE: "edge",
      PNL_DATA_DIR: data,
      // Its own is of no account: whether a figure is confirmed goes by the writer's.
      PNL_INTERVAL_MS: "3600000",
    };
    await serving(reading, async (edge) => {
      const early = await health(edge);
      assert.deepEqual([early.status, early.role, early.mode], ["unavailable", "edge", null]);
      assert.match(edge.output(), /Edge of the writer that publishes to Redis at 127\.0\.0\.1:/);
      await serving(writing, async (writer) => {
        await untilMirrored(writer);
        await until(() => health(edge), ({ status }) => status === "ok", 10_000);
        const [own, other] = await until(
          () => Promise.all([writer, edge].map(({ url }) => getJson(`${url}/api/pnl/current`))),
          ([writers, edges]) => writers.served.pos === edges.served.pos,
          10_000,
        );
        assert.equal(other.served.confirmed, true);
        assert.deepEqual({ ...other, served: null }, { ...own, served: null });
        const history = await fetch(`${edge.url}/api/pnl/history`);
        assert.equal(history.status, 503);
        assert.equal((await history.json()).writer, "http://writer.example:3000");
        await until(
          () => Promise.resolve(edge.output()),
          (output) => output.includes("SANDBOX: the writer at http://writer.example:3000"),
          5_000,
        );
        await serving(reading, async (another) => {
          const { served } = await getJson(`${another.url}/api/pnl/current`);
          assert.equal(served.from, "memory", "who comes back to it finds it as it was");
        });
      });
      await until(
        () => getJson(`${edge.url}/api/pnl/current`),
        ({ served }) => served.confirmed === false,
        3_000,
      );
    });
    assert.throws(() => Deno.statSync(data), Deno.errors.NotFound);
    assert.ok(Deno.statSync(`${folder}/logs/combined-edge-0.log`).isFile);
  });
});

Deno.test("serve without REDIS_URL may not reach one, loads no client of it, and says nothing of it", async () => {
  await withFolder(async (env, folder) => {
    const traced = { ...env, LOG_LEVEL: "trace" };
    const flags = await flagsFor("serve", traced);
    assert.ok(flags.includes("--allow-net=127.0.0.1"), flags.join(" "));
    // Loading the client would end the process: it lists an environment that is not granted.
    assert.ok(!flags.includes("--ignore-env"));
    await serving(traced, async (server) => {
      const { redis, tiers } = await until(
        () => health(server),
        ({ position }) => position > 100,
        10_000,
      );
      assert.deepEqual([redis, tiers.redis], [null, "not_configured"]);
      assert.doesNotMatch(server.output(), /redis/i);
    });
    assert.doesNotMatch(logged(folder), /redis/i);
  });
});

Deno.test("serve goes on without a Redis that is away, and ends in time with one that hangs or is gone", async () => {
  await withFolder(async (env, folder) => {
    const away = { ...env, REDIS_URL: "redis://user:hush@127.0.0.1:1" };
    await serving(away, async (server) => {
      const { reasons, tiers } = await health(server);
      assert.ok(reasons.includes("redis_away"), reasons);
      assert.equal(tiers.redis, "failed");
      assert.doesNotMatch(server.output(), /hush/);
    });
    assert.doesNotMatch(logged(folder), /hush/);
    for (const how of ["hangs", "is gone"]) {
      await using redis = await startRedis();
      const configured = { ...env, REDIS_URL: redis.url };
      await serving({ ...configured, PNL_ROLE: "edge" }, async () => {
        await serving(configured, async (server) => {
          await untilMirrored(server);
          if (how === "hangs") void redis.client.call("DEBUG", "SLEEP", "8").catch(() => {});
          else await redis.kill();
          assert.equal((await fetch(`${server.url}/api/pnl/current`)).status, 200);
        });
      });
    }
  });
});

Deno.test("serve stops polling and appending once another holds the lease; reads go on and say why", async () => {
  await using redis = await startRedis();
  await withFolder(async (env) => {
    const busy = { ...env, REDIS_URL: redis.url, REVENUE_POLL_MS: "200", KALSHI_POLL_MS: "200" };
    await serving(busy, async (server) => {
      await untilMirrored(server);
      const lease = await takeLease(redis, 60_000);
      const lost = await until(
        () => health(server),
        ({ reasons }) => reasons.includes("lease_lost"),
        LEASE_TTL_MS / 3 + 1_000,
      );
      assert.equal(lost.status, "degraded");
      const states = Object.values<{ state: string }>(lost.sources).map(({ state }) => state);
      assert.deepEqual(states, ["stopped", "stopped", "stopped"]);
      const breakers = await getJson(`${server.url}/api/circuit-breaker/status`);
      assert.match(JSON.stringify(breakers), /lease_lost/);
      assert.ok(JSON.stringify(breakers).includes(lease.address));
      const length = await redis.client.xlen(KEYS.events);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const later = await health(server);
      assert.equal(later.position, lost.position, "nothing is appended");
      assert.equal(await redis.client.xlen(KEYS.events), length, "nothing is mirrored");
      const { served } = await getJson(`${server.url}/api/pnl/current`);
      assert.deepEqual([served.confirmed, served.confirmedAgeMs], [false, null]);
    });
    assert.equal(JSON.parse(await redis.client.get(KEYS.writer) ?? "").holder, "another");
  });
});

Deno.test("serve waits for another's lease to lapse, and a signal ends the waiting, exit 0", async () => {
  await using redis = await startRedis();
  await withFolder(async (env) => {
    const configured = { ...env, REDIS_URL: redis.url };
    await takeLease(redis, 60_000);
    const from = performance.now();
    const ended = await runSignalled(["serve"], configured, "SIGTERM");
    assert.equal(ended.code, 0, ended.err);
    assert.ok(performance.now() - from < STOP_MS);
    assert.match(ended.err, /waiting until its lease lapses/);
    await takeLease(redis, 2_000);
    await serving(configured, async (server) => {
      await untilMirrored(server);
    });
  });
});

Deno.test("serve on a port in use ends with exit 1, and as a writer gives the lease back", async () => {
  await using redis = await startRedis();
  await withFolder(async (env) => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    for (const role of ["all", "edge"]) {
      const taken = { ...env, PORT: String(port), REDIS_URL: redis.url, PNL_ROLE: role };
      const { code, err } = await runCommand(["serve"], taken);
      assert.equal(code, 1, err);
      assert.match(err, new RegExp(`Cannot listen on 127.0.0.1:${port}: the port is in use`));
    }
    assert.equal(await redis.client.exists(KEYS.writer), 0);
    const stopped = await runCommand(["stop"], { REDIS_URL: redis.url, PNL_ROLE: "edge" });
    assert.deepEqual([stopped.code, /SIGTERM/.test(stopped.err)], [1, true]);
  });
});

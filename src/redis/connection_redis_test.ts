import assert from "node:assert/strict";
import { textOf, withLogs } from "../log/test_logs.ts";
import { RedisConnection } from "./connection.ts";
import { eventually } from "./test_mirror.ts";
import { startFaultyProxy } from "./test_proxy.ts";
import { startRedis } from "./testing.ts";

/** A connection that is closed at the end. */
async function withConnection(
  options: ConstructorParameters<typeof RedisConnection>[0],
  work: (redis: RedisConnection) => Promise<void>,
): Promise<void> {
  const redis = new RedisConnection(options);
  try {
    await work(redis);
  } finally {
    await redis.close();
  }
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

Deno.test("RedisConnection uses the password, the database and the prefix of its options", async () => {
  await using server = await startRedis();
  await server.client.config("SET", "requirepass", "p@ss/word");
  const url = `redis://default:${encodeURIComponent("p@ss/word")}@127.0.0.1:${server.port}/3`;
  await withConnection({ url, prefix: "shop:" }, async (redis) => {
    assert.equal(redis.state, "connecting");
    assert.equal(await redis.untilReady(2_000), true);
    assert.equal(redis.keys.events, "shop:events");
    assert.equal(redis.server, `127.0.0.1:${server.port}`);
    await redis.commands.set(redis.keys.events, "x");
    const blocking = redis.blocking();
    assert.equal(await blocking.get("shop:events"), "x");
    blocking.disconnect();
    assert.match(await redis.commands.info("keyspace"), /db3:keys=1/);
  });
});

Deno.test("RedisConnection fails fast while Redis is away, is soon back, and says each once", async () => {
  await withLogs(async (records) => {
    await using server = await startRedis();
    await withConnection({ url: server.url }, async (redis) => {
      let connections = 0;
      redis.onReady(() => connections++);
      await redis.untilReady(2_000);
      let [ended, again] = [0, 0];
      const end = redis.onReady(() => ended++);
      redis.onReadyAgain(() => again++);
      assert.deepEqual([connections, ended, again], [1, 1, 0]);
      await server.kill();
      await eventually(() => redis.state === "down");
      for (let round = 0; round < 5; round++) {
        const ms = await msOf(() => assert.rejects(redis.commands.get("x")));
        assert.ok(ms < 50, `it took ${ms} ms to fail`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      assert.match(redis.lastError ?? "", /ECONNREFUSED|refused/i);
      end();
      await server.restart();
      const ms = await msOf(async () => assert.equal(await redis.untilReady(3_000), true));
      assert.ok(ms < 600, `it was back after ${ms} ms`);
      assert.equal(redis.lastError, null);
      assert.deepEqual([connections, ended, again], [2, 1, 1]);
      assert.equal(await redis.commands.get("x"), null);
    });
    assert.deepEqual(records.map(({ level }) => level), ["info", "warning", "info"]);
    assert.match(textOf(records[1]!), /^warning Redis is not reached at 127\.0\.0\.1:\d+: /);
  });
});

Deno.test("RedisConnection to a server that was never there says so once, and takes it when it comes", async () => {
  await withLogs(async (records) => {
    await using server = await startRedis();
    await server.kill();
    await withConnection({ url: server.url }, async (redis) => {
      assert.equal(await redis.untilReady(700), false);
      assert.equal(redis.state, "down");
      assert.equal(records.length, 1);
      await server.restart();
      assert.equal(await redis.untilReady(2_000), true);
    });
    assert.deepEqual(records.map(({ level }) => level), ["warning", "info"]);
  });
});

Deno.test("RedisConnection fails a command that is not answered, and lets others wait", async () => {
  await using server = await startRedis();
  await using proxy = await startFaultyProxy(server.port);
  await withConnection({ url: proxy.url, commandTimeoutMs: 150 }, async (redis) => {
    await redis.untilReady(2_000);
    const blocking = redis.blocking();
    await blocking.ping();
    const waiting = blocking.xread("BLOCK", 5_000, "STREAMS", "s", "0");
    proxy.hang(true);
    const ms = await msOf(() => assert.rejects(redis.commands.get("x"), /timed out/));
    assert.ok(ms >= 100 && ms < 400, `it took ${ms} ms`);
    proxy.hang(false);
    assert.equal(await redis.commands.get("x"), null);
    await server.client.xadd("s", "1-0", "a", "b");
    assert.deepEqual(await waiting, [["s", [["1-0", ["a", "b"]]]]]);
    blocking.disconnect();
  });
});

Deno.test("RedisConnection gives up a connection on which nothing comes any more, and makes another", async () => {
  await using server = await startRedis();
  await using proxy = await startFaultyProxy(server.port);
  await withConnection({ url: proxy.url, commandTimeoutMs: 150 }, async (redis) => {
    await redis.untilReady(2_000);
    proxy.hang(true);
    await assert.rejects(redis.commands.get("x"), /timed out/);
    await eventually(() => redis.state === "down", 6_500);
    assert.match(redis.lastError ?? "", /Socket timeout/);
    proxy.hang(false);
    assert.equal(await redis.untilReady(3_000), true);
  });
});

Deno.test("RedisConnection.blocking() fails what waits where the connection breaks, and comes back", async () => {
  await using server = await startRedis();
  await using proxy = await startFaultyProxy(server.port);
  await withConnection({ url: proxy.url }, async (redis) => {
    const blocking = redis.blocking();
    await blocking.ping();
    const waiting = assert.rejects(blocking.xread("BLOCK", 5_000, "STREAMS", "s", "0"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    proxy.reset();
    await waiting;
    assert.equal(await blocking.ping(), "PONG");
    blocking.disconnect();
  });
});

Deno.test("RedisConnection.close() ends at once, whatever Redis does", async () => {
  await using server = await startRedis();
  await using proxy = await startFaultyProxy(server.port);
  const ready = new RedisConnection({ url: proxy.url });
  await ready.untilReady(2_000);
  const hung = new RedisConnection({ url: proxy.url });
  await hung.untilReady(2_000);
  proxy.hang(true);
  const pending = assert.rejects(hung.commands.get("x"));
  for (const redis of [ready, hung]) {
    assert.ok(await msOf(() => redis.close()) < 900);
    assert.equal(redis.state, "down");
    assert.equal(await redis.untilReady(10), false);
    await assert.rejects(redis.commands.get("x"));
  }
  await pending;
  const begun = new RedisConnection({ url: proxy.url });
  const waiting = begun.untilReady(5_000);
  assert.ok(await msOf(() => begun.close()) < 900);
  assert.equal(await waiting, false);
  await server.kill();
  const away = new RedisConnection({ url: server.url });
  await away.untilReady(300);
  assert.ok(await msOf(() => away.close()) < 900);
  await away.close();
});

Deno.test("RedisConnection speaks TLS to rediss://, and says that the other side does not", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `rediss://:secret@127.0.0.1:${listener.addr.port}`;
  await withConnection({ url }, async (redis) => {
    const peer = await listener.accept();
    const hello = new Uint8Array(1_024);
    const read = await peer.read(hello);
    // A record of type 22, handshake, and in it a ClientHello.
    assert.deepEqual([hello[0], hello[5]], [22, 1]);
    assert.doesNotMatch(new TextDecoder().decode(hello.subarray(0, read ?? 0)), /secret/);
    peer.close();
    await eventually(() => redis.state === "down");
    assert.doesNotMatch(redis.lastError ?? "", /secret/);
  });
});

/** Runs code that uses a connection, with no permission but the net's for `host`. */
async function runWithNet(host: string, url: string) {
  const module = new URL("./connection.ts", import.meta.url).href;
  const code = `
    import { RedisConnection } from "${module}";
    const redis = new RedisConnection({ url: "${url}" });
    console.log(await redis.untilReady(3000), await redis.commands.ping());
    const blocking = redis.blocking();
    console.log(await blocking.xread("BLOCK", 10, "STREAMS", "s", "0"));
    blocking.disconnect();
    await redis.close();
  `;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, code);
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-q", "--no-check", "--cached-only", "--config", config, "--no-prompt"],
        ...["--ignore-env", `--allow-net=${host}`, file],
      ],
    }).output();
    const text = new TextDecoder();
    return { success, text: text.decode(stdout) + text.decode(stderr) };
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("RedisConnection needs no permission but the net's for its host and port", async () => {
  await using server = await startRedis();
  for (const host of [`127.0.0.1:${server.port}`, `localhost:${server.port}`]) {
    const { success, text } = await runWithNet(host, `redis://${host}`);
    assert.equal(text, "true PONG\nnull\n", host);
    assert.equal(success, true);
  }
});

Deno.test("RedisConnection is not ready in a database that the server does not have, and says so", async () => {
  await using server = await startRedis();
  await withConnection({ url: `${server.url}/99` }, async (redis) => {
    assert.equal(await redis.untilReady(700), false);
    assert.equal(redis.state, "down");
    assert.match(redis.lastError ?? "", /out of range/);
    assert.match(await server.client.info("keyspace"), /^# Keyspace\s*$/);
  });
});

import assert from "node:assert/strict";
import { join } from "node:path";
import type { EventLog, LogLine } from "../src/log/event_log.ts";
import { inFolder } from "../src/projection/testing.ts";
import { redisKeys } from "../src/redis/keys.ts";
import { snapshotId } from "../src/redis/records.ts";
import { eventually } from "../src/redis/test_mirror.ts";
import { streamSnapshots } from "../src/redis/test_writer.ts";
import { startRedis, type TestRedis } from "../src/redis/testing.ts";
import { Bed } from "./redis_writer_bed.ts";

const KEYS = redisKeys();

for (const key of [KEYS.snapshots, KEYS.current, KEYS.breakdown, KEYS.heartbeat, KEYS.writer]) {
  Deno.test(`RedisWriter writes ${key} again where it is deleted or of another type`, async () => {
    await Bed.run(async (bed) => {
      await bed.append(4);
      await bed.assertPublished();
      const { client } = bed.server;
      const type = await client.type(key);
      for (const spoil of [() => client.del(key), () => client.sadd(key, "a set")]) {
        await client.del(key);
        await spoil();
        await eventually(async () => await client.type(key) === type);
        await bed.assertPublished();
      }
    });
  });
}

Deno.test("RedisWriter begins spoilt snapshots anew", async () => {
  await Bed.run(async (bed) => {
    await bed.append(6);
    await bed.assertPublished();
    const { client } = bed.server;
    const [, second] = await streamSnapshots(client);
    const beyond = "1795356855251-1";
    const spoilt = [
      () => client.xadd(KEYS.snapshots, beyond, "epoch", "0123456789abcdef", "snapshot", "{}"),
      async () => {
        await client.xadd(KEYS.snapshots, beyond, "snapshot", "{}");
        await client.xdel(KEYS.snapshots, beyond);
      },
      () => client.xtrim(KEYS.snapshots, "MAXLEN", 0),
      () => client.xdel(KEYS.snapshots, snapshotId(second!.offset)),
    ];
    for (const spoil of spoilt) {
      await spoil();
      // A hole in what is past shows when the stream is looked at next: with each connection.
      await client.call("CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES");
      await bed.append(1);
      const isWhole = async () => {
        const ids = (await client.xrange(KEYS.snapshots, "-", "+")).map(([id]) => id);
        return ids.includes(snapshotId(second!.offset)) && ids.every((id) => /-[01]$/.test(id));
      };
      await eventually(isWhole);
      await bed.assertPublished();
    }
  });
});

Deno.test("RedisWriter looks at the snapshots again with each connection", async () => {
  await inFolder(async (dir) => {
    await using server = await startRedis();
    await Bed.on(
      server,
      dir,
      async (bed) => {
        await bed.append(6);
        await bed.assertPublished();
        // Nothing is under way any more that would fail.
        await new Promise((resolve) => setTimeout(resolve, 200));
        const id = (await server.client.xrange(KEYS.snapshots, "-", "+", "COUNT", 1))[0]![0];
        await server.client.xdel(KEYS.snapshots, id);
        await server.client.call("CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES");
        await eventually(async () => {
          return (await server.client.xrange(KEYS.snapshots, id, id)).length === 1;
        });
      },
      {},
      { intervalMs: 60_000, leaseTtlMs: 60_000 },
    );
  });
});

Deno.test("RedisWriter brings every final after kill -9 and an empty restart of Redis", async () => {
  await Bed.run(async (bed) => {
    await bed.append(3);
    await bed.assertPublished();
    await bed.server.kill();
    await bed.append(30);
    assert.equal(bed.writer.status().connection, "down");
    await bed.server.restart();
    await bed.append(3);
    await bed.assertPublished();
  });
});

Deno.test("RedisWriter brings every final after Redis slept", async () => {
  await Bed.run(async (bed) => {
    await bed.append(3);
    await bed.assertPublished();
    const asleep = bed.server.client.call("DEBUG", "SLEEP", "2.5");
    for (let round = 0; round < 10; round++) {
      await bed.append(3);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await asleep;
    await bed.assertPublished();
  });
});

Deno.test("RedisWriter brings every final through FLUSHALLs while snapshots are made", async () => {
  await Bed.run(async (bed) => {
    for (let round = 0; round < 8; round++) {
      await bed.append(4);
      await bed.server.client.flushall();
    }
    await bed.assertPublished();
  });
});

Deno.test("RedisWriter brings every final through broken connections while snapshots are made", async () => {
  await Bed.run(async (bed) => {
    for (let round = 0; round < 8; round++) {
      await bed.append(4);
      bed.redis.commands.disconnect(true);
    }
    await bed.assertPublished();
  });
});

/** Takes the stream of events back to a position, as if the mirror had never come further. */
async function takeMirrorBack({ client }: TestRedis, log: EventLog, lines: readonly LogLine[]) {
  await client.del(KEYS.events);
  for (const { position, line } of lines) {
    await client.xadd(KEYS.events, `${position}-0`, "event", line);
  }
  await client.hset(KEYS.log, { position: lines.length, root: log.rootAt(lines.length) });
}

Deno.test("RedisWriter begins a branch where the log went another way than its snapshots", async () => {
  await inFolder(async (dir) => {
    await using server = await startRedis();
    const path = join(dir, "events.db");
    await Bed.on(server, dir, async (bed) => {
      await bed.append(3);
      await bed.assertPublished();
    });
    await Deno.copyFile(path, join(dir, "copy.db"));
    const branches: (string | null)[] = [];
    await Bed.on(server, dir, async (bed) => {
      const kept = bed.log.read();
      bed.made = 100;
      await bed.append(6);
      await bed.assertPublished();
      branches.push(bed.writer.branch);
      await bed.writer.stop();
      await takeMirrorBack(server, bed.log, kept);
    }, { token: 2 });
    for (const { name } of Deno.readDirSync(dir)) {
      if (name !== "copy.db") await Deno.remove(join(dir, name));
    }
    await Deno.rename(join(dir, "copy.db"), path);
    await Bed.on(server, dir, async (bed) => {
      bed.made = 200;
      await bed.append(4);
      await bed.assertPublished();
      branches.push(bed.writer.branch);
    }, { token: 3 });
    assert.equal(new Set(branches).size, 2);
  });
});

Deno.test("RedisWriter waits while Redis is full, and goes on where there is room", async () => {
  await Bed.run(async (bed) => {
    const { client } = bed.server;
    await bed.append(5);
    await bed.assertPublished();
    await client.config("SET", "maxmemory", "1");
    const spoken = await client.get(KEYS.current);
    await bed.append(40);
    await eventually(() => /OOM/.test(bed.writer.status().lastError ?? ""));
    assert.equal(await client.get(KEYS.current), spoken);
    assert.equal(bed.writer.status().lease, "held");
    await client.config("SET", "maxmemory", "0");
    await bed.assertPublished();
  });
});

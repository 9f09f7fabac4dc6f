import assert from "node:assert/strict";
import fc from "fast-check";
import { assertMirrors } from "./test_mirror.ts";
import { openTestLog, startMirror } from "./test_mirrored_log.ts";
import { startFaultyProxy } from "./test_proxy.ts";
import { startRedis } from "./testing.ts";

/** What befalls the mirror, in any order and at any moment. */
const STEP = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("append"), n: fc.integer({ min: 1, max: 400 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("drop"), n: fc.nat(100_000) }) },
  fc.record({
    do: fc.constantFrom("flushall", "reset", "lose", "restart", "second", "xtrim", "unlist"),
    n: fc.constant(0),
  }),
  fc.record({ do: fc.constantFrom("xdel", "del"), n: fc.nat(1_000) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait"), n: fc.nat(60) }) },
);

Deno.test("EventMirror is whole again whatever befalls it, in whatever order", async () => {
  await using server = await startRedis();
  await using proxy = await startFaultyProxy(server.port);
  const { client } = server;
  const keys = ["pnl:events", "pnl:log", "pnl:snapshots"];
  const property = fc.asyncProperty(
    fc.array(STEP, { minLength: 5, maxLength: 20 }),
    async (steps) => {
      using test = await openTestLog(100);
      // The log before it is of no more use; its stream is in the way.
      await client.del("pnl:log");
      let token = 1;
      const options = { retention: 700, batch: 50, checkMs: 40, commandTimeoutMs: 300 };
      const start = () =>
        startMirror(proxy.url, test.log, { ...options, identity: { token: token++ } });
      let running = start();
      const others: ReturnType<typeof start>[] = [];
      const acts: Record<string, (n: number) => unknown> = {
        append: (n) => test.append(n),
        wait: (n) => new Promise((resolve) => setTimeout(resolve, n)),
        flushall: () => client.flushall(),
        reset: () => proxy.reset(),
        drop: (n) => proxy.drop(n),
        lose: () => void proxy.loseReply("pnl.kalshi.fill"),
        xtrim: () => client.xtrim("pnl:events", "MAXLEN", 3).catch(() => {}),
        xdel: (n) => client.xdel("pnl:events", `${n}-0`).catch(() => {}),
        del: (n) => client.del(keys[n % keys.length]!),
        unlist: () => client.set("pnl:events", "x"),
        second: () => void (others.length < 2 && others.push(start())),
        restart: async () => {
          await running[Symbol.asyncDispose]();
          running = start();
        },
      };
      try {
        for (const step of steps) await acts[step.do]!(step.n);
        proxy.drop(Infinity);
        for (const other of others) await other[Symbol.asyncDispose]();
        await running[Symbol.asyncDispose]();
        running = start();
        await assertMirrors(client, test.log, { retention: 700, mostMs: 15_000 });
      } finally {
        await running[Symbol.asyncDispose]();
        for (const other of others) await other[Symbol.asyncDispose]();
      }
    },
  );
  await fc.assert(property, { numRuns: 15, endOnFailure: true });
  assert.equal(await client.ping(), "PONG");
});

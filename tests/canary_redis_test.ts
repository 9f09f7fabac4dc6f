/** What a writer and an edge tell a real Redis: no secret in clear. */
import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { makeKeyText } from "../src/access/key_text.ts";
import { systemClock as clock } from "../src/log/system_clock.ts";
import { startRedis } from "../src/redis/testing.ts";
import { startSandbox } from "../src/sandbox/sandbox.ts";
import { until as eventually } from "../src/sources/testing.ts";
import { type Canary, Said } from "./canary_search.ts";
import { PAYLOAD, startTellingUpstreams } from "./canary_upstreams.ts";
import { CanaryVisitor } from "./canary_visitor.ts";
import { runCommand, startServerProcess, until, withFolder } from "./server_process.ts";

const PASSWORD = "canaryRedis9e4c+pass";

/** Notes every command that a Redis is sent. It leaves out passwords itself. */
async function overhear(url: string, said: Said): Promise<AsyncDisposable> {
  const client = new Redis(url);
  const monitor = await client.monitor();
  monitor.on("monitor", (_time: string, args: string[]) => said.add("Redis", args.join(" ")));
  return {
    [Symbol.asyncDispose]: () => {
      monitor.disconnect();
      client.disconnect();
      return Promise.resolve();
    },
  };
}

/** A key of a data directory, shown once. */
async function createKey(env: Record<string, string>): Promise<string> {
  const args = ["keys", "create", "--name", "canary", "--scopes", "admin", "--json"];
  const { code, out, err } = await runCommand(args, env);
  assert.equal(code, 0, err);
  return JSON.parse(out).key;
}

Deno.test("no key, session, ticket, credential or word of an upstream is told to Redis in clear", async () => {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis(["--requirepass", PASSWORD]));
  const sandbox = await startSandbox({ clock, rateLimit: false, fills: 20 });
  stack.defer(() => sandbox.stop());
  const upstreams = stack.use(startTellingUpstreams(sandbox));
  const url = `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${redis.port}`;
  const said = new Said();
  stack.use(await overhear(url, said));
  await withFolder(async (base) => {
    const env = {
      ...base,
      PNL_AUTH: "required",
      PNL_INTERVAL_MS: "500",
      REDIS_URL: url,
      REVENUE_BASE_URL: upstreams.urls.revenue,
      REVENUE_API_TOKEN: sandbox.revenue.token ?? "",
      REVENUE_POLL_MS: "100",
    };
    const keys = {
      key: await createKey(env),
      wrong: makeKeyText("live").text,
      revoked: makeKeyText("live").text,
    };
    const writer = await startServerProcess(env);
    const edge = await startServerProcess({
      ...{ PORT: "0", LOG_DIR: `${base.LOG_DIR}-edge`, PNL_ROLE: "edge" },
      ...{ PNL_AUTH: "required", PNL_INTERVAL_MS: "500", REDIS_URL: url },
    });
    const visitors = [writer, edge].map((node) => new CanaryVisitor(node.url, keys, said));
    try {
      for (const visitor of visitors) {
        await until(
          () => visitor.json("/api/pnl/current"),
          ({ served }) => served !== undefined && served.from !== "default",
          20_000,
        );
        await visitor.follow();
        await visitor.visit();
      }
      upstreams.mood = "errors";
      const told = () => said.texts("Redis").some((text) => text.includes("source.degraded"));
      await eventually(told, "an event of a failure", 20_000);
    } finally {
      for (const visitor of visitors) await visitor.leave();
      assert.equal((await edge.end("SIGTERM")).code, 0, edge.output());
      assert.equal((await writer.end("SIGTERM")).code, 0, writer.output());
    }
    const canaries: Canary[] = [
      { name: "Redis password", text: PASSWORD },
      { name: "revenue token", text: sandbox.revenue.token! },
      { name: "what an upstream says", text: PAYLOAD },
      ...visitors.flatMap((visitor) => visitor.canaries()),
    ];
    const commands = said.texts("Redis").join("\n");
    for (const what of ["pnl:keys", "pnl:ticket", "pnl:snapshot:current", "event"]) {
      assert.ok(commands.includes(what), `Redis was told nothing of ${what}`);
    }
    assert.ok(canaries.every(({ text }) => text.length > 10), JSON.stringify(canaries));
    assert.deepEqual(said.find(canaries), []);
  });
});

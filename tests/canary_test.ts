/** Secrets that are planted everywhere come out nowhere. */
import assert from "node:assert/strict";
import { makeKeyText } from "../src/access/key_text.ts";
import { systemClock as clock } from "../src/log/system_clock.ts";
import { type Sandbox, startSandbox } from "../src/sandbox/sandbox.ts";
import { until as eventually } from "../src/sources/testing.ts";
import { startTellingWebhook } from "./canary_alerts.ts";
import { COMMAND_PLACES, readFiles, runCommands } from "./canary_places.ts";
import { type Canary, Said } from "./canary_search.ts";
import { CanaryVisitor } from "./canary_visitor.ts";
import { MOODS, PAYLOAD, startTellingUpstreams } from "./canary_upstreams.ts";
import { startOtlpCollector } from "./otlp_collector.ts";
import { runCommand, startServerProcess, until, withFolder } from "./server_process.ts";
import { startTellingRedis } from "./telling_redis.ts";

const REDIS_PASSWORD = "canaryRedis5d1b+pass";
/** Of a proxy and of a collector of traces, both of which the runtime alone knows. */
const PROXY_PASSWORD = "canaryProxy8c1f2a";
const COLLECTOR_KEY = "canaryCollector4e2d";
/** Polls in each mood, of each upstream. */
const POLLS = 2;

function redisUrl(port: number): string {
  return `redis://canary:${encodeURIComponent(REDIS_PASSWORD)}@127.0.0.1:${port}`;
}

function credentials(sandbox: Sandbox): Canary[] {
  const { kalshi, anthropic, revenue } = sandbox;
  const lines = kalshi.privateKeyPem.split("\n").filter((line) => line.length > 20);
  return [
    { name: "Kalshi key id", text: kalshi.keyId },
    ...lines.filter((line) => !line.startsWith("-----")).map((text, index) => ({
      name: `Kalshi private key, line ${index + 1}`,
      text,
    })),
    { name: "Anthropic key", text: anthropic.adminKey },
    { name: "revenue token", text: revenue.token ?? "" },
    { name: "Redis password", text: REDIS_PASSWORD },
    { name: "proxy password", text: PROXY_PASSWORD },
    { name: "collector's key", text: COLLECTOR_KEY },
    { name: "what an upstream says", text: PAYLOAD },
  ];
}

function settings(sandbox: Sandbox, urls: Record<string, string>, redis: number, otlp: string) {
  return {
    KALSHI_BASE_URL: urls.kalshi!,
    KALSHI_API_KEY_ID: sandbox.kalshi.keyId,
    KALSHI_PRIVATE_KEY: sandbox.kalshi.privateKeyPem,
    ANTHROPIC_BASE_URL: urls.anthropic!,
    ANTHROPIC_ADMIN_KEY: sandbox.anthropic.adminKey,
    REVENUE_BASE_URL: urls.revenue!,
    REVENUE_API_TOKEN: sandbox.revenue.token ?? "",
    REDIS_URL: redisUrl(redis),
    KALSHI_POLL_MS: "100",
    ANTHROPIC_POLL_MS: "100",
    REVENUE_POLL_MS: "100",
    BREAKER_RESET_MS: "300",
    PNL_INTERVAL_MS: "500",
    PNL_AUTH: "required",
    LOG_LEVEL: "trace",
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${COLLECTOR_KEY}`,
    HTTPS_PROXY: `http://proxy:${PROXY_PASSWORD}@127.0.0.1:9`,
    // As docs/OPERATIONS.md has it: the address of a request may hold a ticket.
    OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "1",
  };
}

/** A new key, one that was revoked, and one that never was. */
async function makeKeys(env: Record<string, string>) {
  const keys = async (...args: string[]) => {
    const { code, out, err } = await runCommand(["keys", ...args, "--json"], env);
    assert.equal(code, 0, err);
    return JSON.parse(out);
  };
  const { key } = await keys("create", "--name", "canary", "--scopes", "admin");
  const old = await keys("create", "--name", "old", "--scopes", "admin");
  await keys("revoke", old.id);
  return { key, wrong: makeKeyText("live").text, revoked: old.key };
}

function readLogs(folder: string, said: Said): void {
  for (const { name } of Deno.readDirSync(folder)) {
    said.add(name, Deno.readTextFileSync(`${folder}/${name}`));
  }
}

Deno.test("secrets planted in every credential and payload are in no output of a server", async () => {
  await using upstreams = await telling();
  const { sandbox, redis, collector, proxies, hook } = upstreams;
  const said = new Said();
  await using secrets = await temporaryFolder();
  await withFolder(async (folderEnv, folder) => {
    const env = {
      ...folderEnv,
      ...settings(sandbox, proxies.urls, redis.port, collector.url),
      ...hook.configure(secrets.path),
    };
    const keys = await makeKeys(env);
    const server = await startServerProcess(env);
    const visitor = new CanaryVisitor(server.url, keys, said);
    try {
      await until(
        () => visitor.json("/api/pnl/current"),
        // Rules are about a number of each source: in a bad mood none would come.
        ({ served, components }) =>
          served?.from !== "default" && typeof components?.revenue?.collected === "string",
        20_000,
      );
      await eventually(() => hook.asked > 0, "the first alert", 20_000);
      await visitor.follow();
      for (const mood of MOODS) {
        proxies.mood = mood;
        await eventually(() => proxies.asked >= POLLS, `polls that meet ${mood}`, 60_000);
        await visitor.visit();
      }
      await eventually(() => hook.asked > 2, "alerts", 60_000);
    } finally {
      await visitor.leave();
      assert.equal((await server.end("SIGTERM")).code, 0, server.output());
    }
    said.add("terminal", server.output());
    await runCommands(env, said);
    readLogs(`${folder}/logs`, said);
    readFiles(`${folder}/data`, "data directory", said);
    for (const kind of ["traces", "logs", "metrics"]) {
      said.add(`exported ${kind}`, collector.received(`/v1/${kind}`).join("\n"));
    }
    const canaries: Canary[] = [
      ...credentials(sandbox),
      ...proxies.signatures.map((text) => ({ name: "Kalshi signature", text })),
      ...visitor.canaries(),
      ...hook.canaries(),
    ];
    assert.ok(redis.refused > 0);
    assert.ok(canaries.length > 30 && canaries.every(({ text }) => text.length > 10));
    for (const place of PLACES) assert.ok(said.places.includes(place), `nothing said: ${place}`);
    assert.deepEqual(said.find(canaries), []);
  });
});

/** Where something has to have been said, or the search would prove nothing. */
const PLACES = [
  "terminal",
  "combined.log",
  "error.log",
  "/metrics",
  "/health",
  "/api/pnl/current",
  "/api/events",
  "/api/circuit-breaker/status",
  "refusals",
  "WebSocket",
  "snapshot stream",
  "event stream",
  "exported traces",
  "exported logs",
  "exported metrics",
  "data directory",
  ...COMMAND_PLACES,
];

/** A folder that goes away. */
async function temporaryFolder() {
  const path = await Deno.makeTempDir({ prefix: "pnl-canary-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Everything around the server, which tells what it knows. */
async function telling() {
  const stack = new AsyncDisposableStack();
  const sandbox = await startSandbox({ clock, rateLimit: false, fills: 60 });
  stack.defer(() => sandbox.stop());
  return {
    sandbox,
    redis: stack.use(startTellingRedis()),
    collector: stack.use(startOtlpCollector()),
    proxies: stack.use(startTellingUpstreams(sandbox)),
    hook: stack.use(startTellingWebhook()),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

Deno.test("the password of a Redis that repeats it is in no output of an edge", async () => {
  await using redis = startTellingRedis();
  const said = new Said();
  await withFolder(async (folderEnv, folder) => {
    const edge = await startServerProcess({
      ...folderEnv,
      PNL_ROLE: "edge",
      REDIS_URL: redisUrl(redis.port),
      LOG_LEVEL: "trace",
    });
    try {
      await eventually(() => redis.refused > 2, "refusals", 10_000);
      for (const path of ["/health", "/metrics", "/readyz", "/api/pnl/current"]) {
        said.add(path, await (await fetch(edge.url + path)).text());
      }
    } finally {
      assert.equal((await edge.end("SIGTERM")).code, 0, edge.output());
    }
    said.add("terminal", edge.output());
    readLogs(`${folder}/logs`, said);
  });
  for (const place of ["/health", "/metrics", "terminal", "combined-edge-0.log"]) {
    assert.ok(said.places.includes(place), `nothing said: ${place}`);
  }
  assert.deepEqual(said.find([{ name: "Redis password", text: REDIS_PASSWORD }]), []);
});

Deno.test("the search finds a canary in each place, however it is spelled there", () => {
  const text = 'canary+/="ä1234';
  const canary = { name: "x", text };
  const spelled = [
    `a${text}b`,
    JSON.stringify({ a: text }),
    `?a=${encodeURIComponent(text)}&`,
    ...[0, 1, 2].map((shift) => {
      const bytes = new TextEncoder().encode(`${"u".repeat(shift)}${text}:zz`);
      return `Basic ${bytes.toBase64()}`;
    }),
    new TextEncoder().encode(text).toHex(),
  ];
  for (const place of PLACES) {
    for (const each of spelled) {
      const said = new Said();
      said.add("elsewhere", "nothing");
      said.add(place, "before");
      said.add(place, each);
      assert.deepEqual(said.find([canary]).map((found) => found.place), [place], each);
    }
  }
});

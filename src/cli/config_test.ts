import assert from "node:assert/strict";
import { ConfigError, type Environment, readConfig } from "./config.ts";
import { SETTING_NAMES, SETTINGS } from "./settings.ts";

const PEM = "-----BEGIN PRIVATE KEY-----\\nabc\\n-----END PRIVATE KEY-----";

/** The faults of an environment. */
function faultsOf(env: Environment): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

Deno.test("readConfig() of an empty environment is the sandbox's, in a folder of its own", () => {
  const config = readConfig({});
  assert.equal(config.mode, "sandbox");
  assert.equal(config.dataDir, "./data/sandbox");
  assert.deepEqual([config.kalshi, config.anthropic, config.revenue], [null, null, null]);
  assert.deepEqual([config.host, config.port, config.intervalMs], ["127.0.0.1", 3000, 5000]);
  assert.deepEqual(config.pollMs, { kalshi: 5000, anthropic: 60_000, revenue: 5000 });
  assert.deepEqual(
    readConfig(Object.fromEntries(SETTING_NAMES.map((name) => [name, " "]))),
    config,
  );
});

Deno.test("readConfig() with the credential of one upstream is live, the others not configured", () => {
  const revenue = readConfig({ REVENUE_BASE_URL: "https://billing.example/", PNL_DATA_DIR: "d/" });
  assert.equal(revenue.mode, "live");
  assert.equal(revenue.dataDir, "d");
  assert.deepEqual(revenue.revenue, {
    token: null,
    baseUrl: "https://billing.example",
    account: "default",
  });
  assert.equal(revenue.kalshi, null);
  const kalshi = readConfig({ KALSHI_API_KEY_ID: "id", KALSHI_PRIVATE_KEY: PEM });
  assert.equal(kalshi.kalshi?.baseUrl, "https://external-api.kalshi.com/trade-api/v2");
  assert.deepEqual(kalshi.kalshi?.privateKey, { pem: PEM });
  assert.equal(readConfig({ ANTHROPIC_ADMIN_KEY: "k" }).mode, "live");
});

Deno.test("readConfig() of an environment wrong in every variable names each once, no secret shown", () => {
  const wrong = Object.fromEntries(SETTING_NAMES.map((name) => [name, "wrong value!"]));
  const faults = faultsOf(wrong);
  const named = faults.map((fault) => fault.split(":")[0]);
  // Both forms of a private key at once are one fault more, of the one variable.
  assert.deepEqual([...new Set(named)].sort(), [...SETTING_NAMES].sort());
  assert.equal(faults.length, SETTING_NAMES.length + 1);
  for (const fault of faults) {
    const name = fault.split(":")[0] as keyof typeof SETTINGS;
    assert.doesNotMatch(fault, /\n/);
    if (SETTINGS[name].secret) assert.doesNotMatch(fault, /wrong value/, fault);
    else if (!fault.includes("not both")) assert.match(fault, /wrong value/, fault);
  }
});

Deno.test("readConfig() refuses what looks right and is not", () => {
  const cases: Record<string, readonly string[]> = {
    PORT: ["65536", "-1", "1e3", "3000.0", "0x10", "٣"],
    PNL_INTERVAL_MS: ["0", "99", "3600001"],
    PNL_SINCE: [
      "2999-01-01",
      "2026-02-30",
      "2026-13-01",
      "2026-1-1",
      "20260101",
      "2026-01-01T00:00:00Z",
    ],
    PNL_ALLOWED_ORIGINS: ["a.example", "https://a.example/", "https://a.example,*", "null"],
    PNL_TRUSTED_PROXIES: ["10.0.0.0/33", "proxy.example", "10.0.0.1;10.0.0.2"],
    PNL_DATA_DIR: ["my data", "a,b", "*", "a$b"],
    KALSHI_BASE_URL: [
      "http://a.example",
      "ftp://a.example",
      "https://u:p@a.example",
      "https://a/?q",
    ],
    LOG_LEVEL: ["INFO", "verbose"],
    PNL_PUBLIC_URL: ["10.0.0.5:3000", "ftp://a.example", "http://u:p@a.example", "http://a/?q"],
    PNL_ROLE: ["writer", "EDGE", "all,edge"],
    REDIS_URL: [
      ...[
        "localhost:6379",
        "http://a.example",
        "redis:",
        "redis:///x",
        "redis://a b",
        "redis://a,b",
      ],
      ...[
        "redis://a.example?family=6",
        "redis://a.example/pnl",
        "redis://a.example#x",
        "redis://$h",
      ],
    ],
    REDIS_PREFIX: ["p n l:", "pnl*", "a".repeat(65)],
    REDIS_RETENTION: ["0", "999", "1e6"],
  };
  for (const [name, texts] of Object.entries(cases)) {
    for (const text of texts) {
      assert.equal(faultsOf({ [name]: text }).length, 1, `${name}=${text}`);
    }
  }
});

Deno.test("readConfig() names variables that need one another", () => {
  assert.match(faultsOf({ KALSHI_API_KEY_ID: "id" }).join(), /^KALSHI_PRIVATE_KEY: is missing/);
  assert.match(faultsOf({ KALSHI_PRIVATE_KEY: PEM }).join(), /^KALSHI_API_KEY_ID: is missing/);
  assert.match(faultsOf({ REVENUE_API_TOKEN: "t" }).join(), /^REVENUE_BASE_URL: is missing/);
  const both = { KALSHI_API_KEY_ID: "i", KALSHI_PRIVATE_KEY: PEM, KALSHI_PRIVATE_KEY_FILE: "k" };
  assert.match(faultsOf(both).join(), /not both/);
  assert.match(faultsOf({ PNL_ROLE: "edge" }).join(), /^REDIS_URL: is missing/);
});

Deno.test("readConfig() knows of Redis only where it is told of one", () => {
  assert.equal(readConfig({ REDIS_PREFIX: "p:" }).redis, null);
  const url = "rediss://user:p%40ss@cache.example:7000/3";
  assert.deepEqual(readConfig({ REDIS_URL: url }).redis, {
    url,
    prefix: "pnl:",
    retention: 1_000_000,
  });
  const env = { REDIS_URL: "redis://[::1]/", REDIS_PREFIX: "{b}:", REDIS_RETENTION: "5000" };
  assert.deepEqual(readConfig(env).redis, {
    url: "redis://[::1]/",
    prefix: "{b}:",
    retention: 5000,
  });
  const said = faultsOf({ REDIS_URL: "redis://user:hush@a.example/?x" }).join();
  assert.doesNotMatch(said, /hush/);
});

Deno.test("readConfig() of an edge has no upstreams, and says which credentials it has no use for", () => {
  const edge = readConfig({
    PNL_ROLE: "edge",
    REDIS_URL: "redis://127.0.0.1",
    PNL_DATA_DIR: "d",
    ANTHROPIC_ADMIN_KEY: "k",
    KALSHI_API_KEY_ID: "i",
    KALSHI_PRIVATE_KEY_FILE: "f",
    REVENUE_BASE_URL: "https://billing.example",
  });
  assert.deepEqual([edge.role, edge.mode], ["edge", null]);
  assert.deepEqual([edge.kalshi, edge.anthropic, edge.revenue], [null, null, null]);
  const named = edge.warnings.map((warning) => warning.split(":")[0]);
  assert.deepEqual(named, ["KALSHI_API_KEY_ID", "KALSHI_PRIVATE_KEY_FILE", "ANTHROPIC_ADMIN_KEY"]);
  assert.equal(readConfig({}).role, "all");
});

Deno.test("readConfig() warns of names that look like settings, with the nearest one", () => {
  const { warnings } = readConfig({
    KALSHI_POL_MS: "1",
    PNL_DATADIR: "x",
    REDIS_URI: "x",
    HOME: "h",
    PNL_TEST_X: "",
  });
  assert.equal(warnings.length, 3);
  assert.match(warnings[2]!, /^REDIS_URI: .*REDIS_URL is one$/);
  assert.match(warnings[0]!, /^KALSHI_POL_MS: .*KALSHI_POLL_MS is one$/);
  assert.match(warnings[1]!, /^PNL_DATADIR: .*PNL_DATA_DIR is one$/);
});

Deno.test(".env.example lists exactly the settings, with the values that hold where nothing is said", () => {
  const text = Deno.readTextFileSync(new URL("../../.env.example", import.meta.url));
  const listed = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const expected = SETTING_NAMES.map((name) => `${name}=${SETTINGS[name].fallback ?? ""}`);
  assert.deepEqual(listed.sort(), expected.sort());
});

import assert from "node:assert/strict";
import { readConfig } from "./config.ts";
import { addressWarning, exposureWarning, flagsOf, grantsOf } from "./grants.ts";

const LIVE = {
  REVENUE_BASE_URL: "http://127.0.0.1:8123",
  ANTHROPIC_ADMIN_KEY: "k",
  KALSHI_API_KEY_ID: "i",
  KALSHI_PRIVATE_KEY_FILE: "keys/kalshi.pem",
};

Deno.test("grantsOf() serve names the listener and the configured upstreams, and no other host", () => {
  const grants = grantsOf("serve", readConfig(LIVE), LIVE);
  assert.deepEqual(grants.net, [
    "127.0.0.1:3000",
    "external-api.kalshi.com:443",
    "api.anthropic.com:443",
    "127.0.0.1:8123",
  ]);
  assert.deepEqual(grants.read, ["./data", "./logs", "./dist/dashboard", "keys/kalshi.pem"]);
  assert.deepEqual(grants.write, ["./data", "./logs"]);
  assert.deepEqual([...grants.env].sort(), Object.keys(LIVE).sort());
  assert.deepEqual(grants.run, []);
});

Deno.test("grantsOf() serve in the sandbox reaches this machine only", () => {
  assert.deepEqual(grantsOf("serve", readConfig({}), {}).net, ["127.0.0.1"]);
  const open = { HOST: "::", PORT: "8080" };
  assert.deepEqual(grantsOf("serve", readConfig(open), open).net, ["[::]:8080", "127.0.0.1"]);
});

Deno.test("grantsOf() gives no network to what works on files, and nothing to an invalid environment", () => {
  for (const name of ["replay", "verify", "events", "export", "stop"] as const) {
    assert.deepEqual(grantsOf(name, readConfig({}), {}).net, [], name);
  }
  const blind = grantsOf("serve", null, { PORT: "x", HOME: "y" });
  assert.deepEqual(flagsOf(blind), ["--allow-env=PORT"]);
});

Deno.test("grantsOf() export may write and name a file in the project's folder", () => {
  const grants = grantsOf("export", readConfig({}), {});
  assert.deepEqual([grants.read, grants.write], [["./data/sandbox", "."], ["./data/sandbox", "."]]);
});

Deno.test("flagsOf() prints only words that a shell leaves alone", () => {
  const flags = flagsOf(grantsOf("serve", readConfig(LIVE), LIVE));
  for (const flag of flags) assert.match(flag, /^--allow-[a-z]+=[A-Za-z0-9_.:,/[\]-]+$/);
});

Deno.test("grantsOf() serve and alerts reach the webhooks, and read the rules and the secrets", () => {
  const hook = { name: "a", url: "https://a.example/x", secretEnv: "PNL_ALERT_SECRET_A" };
  const alerts = {
    rules: [],
    webhooks: [hook, { name: "b", url: "http://127.0.0.1:9/y", secretFile: "keys/b.txt" }],
  };
  const env = { ...LIVE, PNL_ALERTS_FILE: "alerts.json" };
  const config = readConfig(env);
  const serve = grantsOf("serve", config, env, alerts);
  assert.deepEqual(serve.net.slice(-2), ["a.example:443", "127.0.0.1:9"]);
  assert.deepEqual(serve.read.slice(-2), ["alerts.json", "keys/b.txt"]);
  assert.ok(serve.env.includes("PNL_ALERT_SECRET_A") && serve.env.includes("PNL_ALERTS_FILE"));
  const command = grantsOf("alerts", config, env, alerts);
  assert.deepEqual(command.net, ["a.example:443", "127.0.0.1:9"]);
  assert.deepEqual(command.read, ["./data", "alerts.json", "keys/b.txt"]);
  assert.deepEqual(command.write, ["./data"]);
  const blind = grantsOf("serve", config, env, null);
  assert.equal(blind.read.at(-1), "alerts.json", "to say what is wrong with it");
  assert.ok(!grantsOf("doctor", config, env, alerts).net.includes("a.example:443"));
});

const REDIS = { REDIS_URL: "redis://user:hush@cache.example/2" };

Deno.test("grantsOf() serve and doctor reach Redis, and see nothing of the environment but the settings", () => {
  for (const name of ["serve", "doctor"] as const) {
    const env = { ...LIVE, ...REDIS, PNL_INTERVAL_MS: "1000" };
    const grants = grantsOf(name, readConfig(env), env);
    assert.equal(grants.net.at(-1), "cache.example:6379");
    const flags = flagsOf(grants);
    assert.equal(flags.at(-1), "--ignore-env");
    assert.doesNotMatch(flags.join(" "), /hush|user/);
    assert.equal(grantsOf(name, readConfig(LIVE), LIVE).ignoreEnv, false);
  }
  assert.equal(grantsOf("verify", readConfig(REDIS), REDIS).ignoreEnv, false);
  const netOf = (url: string) => {
    const env = { REDIS_URL: url };
    return grantsOf("serve", readConfig(env), env).net;
  };
  assert.deepEqual(netOf("redis://127.0.0.1:6380"), ["127.0.0.1"], "covered by the sandbox's");
  assert.deepEqual(netOf("redis://[::1]"), ["[::1]:6379", "127.0.0.1"]);
  assert.deepEqual(netOf("rediss://a.example:7000/0"), ["a.example:7000", "127.0.0.1"]);
});

Deno.test("grantsOf() an edge's server has a listener, Redis, logs and the dashboard, and no data folder", () => {
  const env = { ...LIVE, ...REDIS, PNL_ROLE: "edge" };
  for (const name of ["serve", "doctor"] as const) {
    const { net, read, write, env: seen } = grantsOf(name, readConfig(env), env);
    assert.deepEqual([...seen].sort(), ["PNL_ROLE", "REDIS_URL"], "no upstream's credentials");
    assert.deepEqual(net, ["127.0.0.1:3000", "cache.example:6379"]);
    assert.deepEqual([read, write], [["./logs", "./dist/dashboard"], ["./logs"]]);
  }
});

Deno.test("exposureWarning() speaks where other machines can reach the server", () => {
  assert.equal(exposureWarning(readConfig({})), null);
  assert.match(
    exposureWarning(readConfig({ HOST: "0.0.0.0", PNL_AUTH: "off" })) ?? "",
    /can be reached/,
  );
});

Deno.test("addressWarning() speaks where edges would name an address that leads nowhere", () => {
  for (const HOST of ["0.0.0.0", "::", "0:0:0:0:0:0:0:0"]) {
    assert.equal(addressWarning(readConfig({ HOST })), null);
    assert.match(
      addressWarning(readConfig({ ...REDIS, HOST })) ?? "",
      /^PNL_PUBLIC_URL: is missing/,
    );
    const PNL_PUBLIC_URL = "http://10.0.0.5:3000";
    assert.equal(addressWarning(readConfig({ ...REDIS, HOST, PNL_PUBLIC_URL })), null);
    assert.equal(addressWarning(readConfig({ ...REDIS, HOST, PNL_ROLE: "edge" })), null);
  }
  assert.equal(addressWarning(readConfig({ ...REDIS, HOST: "10.0.0.5" })), null);
});

import assert from "node:assert/strict";
import { systemClock } from "../log/system_clock.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type CheckResult, runChecks } from "./check.ts";
import { type Environment, readConfig } from "./config.ts";
import { upstreamChecks } from "./upstream_checks.ts";

/** The environment of a server that reads from a sandbox as if it were live. */
function environmentOf(sandbox: Sandbox): Record<string, string> {
  return {
    KALSHI_BASE_URL: sandbox.kalshi.baseUrl,
    KALSHI_API_KEY_ID: sandbox.kalshi.keyId,
    KALSHI_PRIVATE_KEY: sandbox.kalshi.privateKeyPem,
    ANTHROPIC_BASE_URL: sandbox.anthropic.baseUrl,
    ANTHROPIC_ADMIN_KEY: sandbox.anthropic.adminKey,
    REVENUE_BASE_URL: sandbox.revenue.baseUrl,
    REVENUE_API_TOKEN: sandbox.revenue.token ?? "",
  };
}

async function resultsOf(env: Environment, skewMs = 0): Promise<Map<string, CheckResult>> {
  const clock = { ...systemClock, now: () => systemClock.now() + skewMs };
  const results = new Map<string, CheckResult>();
  for await (const result of runChecks(upstreamChecks(readConfig(env), clock))) {
    results.set(result.name, result);
  }
  return results;
}

Deno.test("upstreamChecks() without a configured upstream is empty", async () => {
  assert.equal((await resultsOf({})).size, 0);
});

Deno.test("upstreamChecks() sign a call to each upstream and look at its clock", async () => {
  const sandbox = await startSandbox({ clock: systemClock, live: false });
  try {
    const env = environmentOf(sandbox);
    const good = await resultsOf(env);
    assert.equal(good.size, 6);
    for (const { name, status, detail } of good.values()) assert.equal(status, "ok", name + detail);
    const wrong = await resultsOf({
      ...env,
      ANTHROPIC_ADMIN_KEY: "wrong",
      REVENUE_API_TOKEN: "wrong",
    });
    assert.equal(wrong.get("kalshi credentials")?.status, "ok");
    for (const name of ["anthropic credentials", "revenue credentials"]) {
      assert.equal(wrong.get(name)?.status, "fail");
      assert.match(wrong.get(name)?.detail ?? "", /40[13].*the key is not known there/);
    }
    const skewed = await resultsOf(env, 30_000);
    assert.match(skewed.get("kalshi credentials")?.detail ?? "", /set this machine's clock/);
    assert.match(skewed.get("kalshi clock")?.detail ?? "", /^-?(29|30)\.\d s apart: set/);
  } finally {
    await sandbox.stop();
  }
  const gone = await resultsOf(environmentOf(sandbox));
  for (const { name, status } of gone.values()) assert.equal(status, "fail", name);
});

Deno.test("upstreamChecks() name a private key that cannot be read, and never its text", async () => {
  const env = {
    KALSHI_API_KEY_ID: "id",
    KALSHI_BASE_URL: "http://127.0.0.1:9",
    KALSHI_PRIVATE_KEY: "-----BEGIN PRIVATE KEY-----\\nhush\\n-----END PRIVATE KEY-----",
  };
  const { status, detail } = (await resultsOf(env)).get("kalshi credentials")!;
  assert.equal(status, "fail");
  assert.match(detail, /private key/i);
  assert.doesNotMatch(detail, /hush/);
});

/** Alerts of a server as it runs: with its own permissions, over a kill, and from the command line. */
import assert from "node:assert/strict";
import { isGenuine, SECRET, startReceiver, type TestReceiver } from "../src/alerts/testing.ts";
import { runCommand, startServerProcess, until, withFolder } from "./server_process.ts";

/** It replaces the other: both count. */
const NEXT_SECRET = `whsec_${new Uint8Array(32).fill(7).toBase64()}`;

const RULES = [
  {
    name: "collected",
    when: { metric: "revenue.collected", op: ">=", value: "0" },
    webhook: "hook",
  },
  { name: "never", when: { metric: "netPnl", op: "<", value: "-900000000000" }, webhook: "hook" },
];

/** Runs a test in a data folder with rules, and a receiver. */
async function withAlerts(
  test: (env: Record<string, string>, hook: TestReceiver, folder: string) => Promise<void>,
): Promise<void> {
  await using hook = startReceiver();
  await withFolder(async (base, folder) => {
    const webhooks = [{ name: "hook", url: hook.url, secretEnv: "PNL_ALERT_SECRET_HOOK" }];
    const file = `${folder}/alerts.json`;
    Deno.writeTextFileSync(file, JSON.stringify({ rules: RULES, webhooks }));
    const env = {
      ...base,
      PNL_ALERTS_FILE: file,
      PNL_ALERT_SECRET_HOOK: `${NEXT_SECRET} ${SECRET}`,
      PNL_INTERVAL_MS: "500",
    };
    await test(env, hook, folder);
  });
}

/** What a URL answers, once it is so. */
function answered(url: string, isIt: (text: string) => boolean): Promise<string> {
  return until(async () => await (await fetch(url)).text(), isIt, 20_000);
}

Deno.test("serve sends an alert once, over a failure and a kill, and says so in /health and /metrics", async () => {
  await withAlerts(async (env, hook, folder) => {
    hook.answers.push(() => new Response("no", { status: 500 }));
    const first = await startServerProcess(env);
    let text = "";
    try {
      const health = await answered(`${first.url}/health`, (said) => said.includes('"failing"'));
      const { alerts, reasons } = JSON.parse(health);
      assert.ok(reasons.includes("alerts_undelivered"));
      assert.deepEqual(alerts, {
        firing: ["collected"],
        webhooks: { hook: { state: "failing", waiting: 1 } },
      });
      text = first.output();
    } finally {
      await first.end("SIGKILL");
    }
    const second = await startServerProcess(env);
    try {
      const metrics = await answered(
        `${second.url}/metrics`,
        (said) => said.includes('pnl_alert_attempts_total{webhook="hook",outcome="delivered"} 1'),
      );
      assert.match(metrics, /^pnl_alert_firing\{rule="collected"\} 1$/m);
      assert.match(metrics, /^pnl_alert_firing\{rule="never"\} 0$/m);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
    } finally {
      const { code } = await second.end("SIGTERM");
      assert.equal(code, 0, second.output());
    }
    assert.equal(hook.got.length, 2, hook.got.map(({ body }) => body).join("\n"));
    assert.equal(new Set(hook.got.map(({ body }) => body)).size, 1);
    assert.equal(JSON.parse(hook.got[0]!.body).data.mode, "sandbox");
    for (const got of hook.got) {
      assert.ok(await isGenuine(got));
      assert.ok(await isGenuine(got, NEXT_SECRET));
    }
    const logs = [...Deno.readDirSync(env.LOG_DIR ?? `${folder}/logs`)]
      .map(({ name }) => Deno.readTextFileSync(`${env.LOG_DIR ?? `${folder}/logs`}/${name}`));
    const said = [text, second.output(), ...logs].join("\n");
    assert.ok(said.includes("Alert collected"));
    const secrets = [SECRET, NEXT_SECRET].flatMap((secret) => [secret, secret.slice(6)]);
    for (const secret of [...secrets, hook.url]) assert.ok(!said.includes(secret));
  });
});

Deno.test("alerts list, test and deliveries show what there is; a test enables a webhook again", async () => {
  await withAlerts(async (env, hook) => {
    hook.answers.push(() => new Response(null, { status: 410 }));
    const refused = await runCommand(["alerts", "test", "hook"], env);
    assert.deepEqual([refused.code, refused.out], [1, "hook: not delivered, status 410\n"]);
    const taken = await runCommand(["alerts", "test", "hook"], env);
    assert.deepEqual([taken.code, taken.out], [0, "hook: delivered, status 204\n"]);
    assert.ok(await isGenuine(hook.got[1]!));
    const sent = JSON.parse((await runCommand(["alerts", "deliveries", "--json"], env)).out);
    const results = sent.map((each: Record<string, unknown>) => [each.status, each.result]);
    assert.deepEqual(results, [["delivered", "status 204"], ["failed", "status 410"]]);
    const listed = await runCommand(["alerts", "list"], env);
    assert.match(listed.out, /^collected {2}ok +revenue\.collected >= 0 {2}to hook$/m);
    assert.match(listed.out, /^Webhook hook: ok, 0 waiting$/m);
    const unknown = await runCommand(["alerts", "test", "other"], env);
    assert.deepEqual([unknown.code, unknown.out], [2, ""]);
    assert.match(unknown.err, /there is no webhook "other", but hook/);
  });
});

Deno.test("serve and alerts end with one line for each fault of the rules, exit 2", async () => {
  await withAlerts(async (env) => {
    const rules = [{ ...RULES[0], when: { metric: "netPln", op: "<", value: 1 } }];
    const webhooks = [{ name: "hook", url: "http://a.example", secretEnv: "PNL_ALERT_SECRET" }];
    Deno.writeTextFileSync(env.PNL_ALERTS_FILE!, JSON.stringify({ rules, webhooks }));
    for (const command of [["serve"], ["alerts", "list"]]) {
      const { code, err } = await runCommand(command, env);
      assert.equal(code, 2, err);
      assert.deepEqual(err.trim().split("\n").map((line) => line.replace(/: is .*/, "")), [
        "PNL_ALERTS_FILE: rules[0].when.metric",
        "PNL_ALERTS_FILE: rules[0].when.value",
        "PNL_ALERTS_FILE: webhooks[0].url",
      ]);
    }
    const short = [{ name: "hook", url: "https://a.example", secretEnv: "PNL_ALERT_SECRET_HOOK" }];
    Deno.writeTextFileSync(env.PNL_ALERTS_FILE!, JSON.stringify({ rules: RULES, webhooks: short }));
    const weak = await runCommand(["serve"], { ...env, PNL_ALERT_SECRET_HOOK: "whsec_hush" });
    assert.equal(weak.code, 2);
    assert.match(
      weak.err,
      /^PNL_ALERTS_FILE: webhooks\[0\] cannot be signed for: what it names is not whsec_/,
    );
    assert.doesNotMatch(weak.err, /hush/);
    const none = await runCommand(["serve"], {
      ...env,
      PNL_ALERTS_FILE: `${env.PNL_ALERTS_FILE}x`,
    });
    assert.deepEqual([none.code, none.err.slice(0, 39)], [
      2,
      "PNL_ALERTS_FILE: there is no such file ",
    ]);
  });
});

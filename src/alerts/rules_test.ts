import assert from "node:assert/strict";
import fc from "fast-check";
import { AlertRulesError, parseAlertRules } from "./rules.ts";

const HOOK = { name: "hook", url: "https://a.example/x", secretEnv: "PNL_ALERT_SECRET" };
const RULE = { name: "rule", when: { stale: "kalshi" }, webhook: "hook" };

/** The faults of a file. */
function faultsOf(file: unknown): readonly string[] {
  try {
    parseAlertRules(typeof file === "string" ? file : JSON.stringify(file));
  } catch (error) {
    if (error instanceof AlertRulesError) return error.faults;
    throw error;
  }
  return [];
}

Deno.test("parseAlertRules() takes the example in the documents", () => {
  const text = Deno.readTextFileSync(new URL("../../docs/alerts.example.json", import.meta.url));
  const { rules, webhooks } = parseAlertRules(text);
  const kinds = new Set(rules.map(({ when }) => Object.keys(when)[0]));
  assert.deepEqual([...kinds], ["metric", "stale", "unreconciled", "watchdog"]);
  assert.deepEqual([rules[2]!.forSeconds, rules[2]!.every], [0, null]);
  assert.equal(webhooks.length, 2);
});

Deno.test("parseAlertRules() names each fault once, with its path", () => {
  const rules = [
    { ...RULE, when: { metric: "netPln", op: "<", value: "1" } },
    { ...RULE, name: "b", when: { metric: "netPnl", op: "==", value: 1 } },
    { ...RULE, name: "c", when: { unreconciled: { above: "-1" } } },
    { ...RULE, name: "d", when: { stael: "kalshi" } },
    { ...RULE, name: "e", forSeconds: -1, every: 5, evry: 60 },
  ];
  const webhooks = [
    { ...HOOK, url: "http://a.example" },
    { ...HOOK, name: "g h", secretFile: "x" },
    { name: "h", url: "https://a.example", secretEnv: "HOME" },
  ];
  const faults = faultsOf({ rules, webhooks });
  assert.deepEqual(faults.map((fault) => fault.split(":")[0]), [
    "rules[0].when.metric",
    "rules[1].when.op",
    "rules[1].when.value",
    "rules[2].when.unreconciled.above",
    "rules[3].when",
    "rules[4].forSeconds",
    "rules[4].every",
    "rules[4]",
    "webhooks[0].url",
    "webhooks[1].name",
    "webhooks[1]",
    "webhooks[2].secretEnv",
  ]);
  for (const fault of faults) assert.doesNotMatch(fault, /\n/);
});

Deno.test("parseAlertRules() finds names that are there twice, and webhooks that are not there", () => {
  const twice = faultsOf({ rules: [RULE, RULE], webhooks: [HOOK, HOOK] });
  assert.deepEqual(twice, [
    'rules[1].name: "rule" is there twice',
    'webhooks[1].name: "hook" is there twice',
  ]);
  assert.deepEqual(faultsOf({ rules: [RULE], webhooks: [] }), [
    'rules[0].webhook: there is no webhook "hook"',
  ]);
  assert.match(faultsOf("{").join(), /^\$: is no JSON: /);
  assert.deepEqual(faultsOf([]).length, 1);
});

Deno.test("parseAlertRules() takes an address on this machine without encryption, and no other", () => {
  const ofUrl = (url: string) => faultsOf({ rules: [], webhooks: [{ ...HOOK, url }] });
  for (
    const url of ["http://127.0.0.1:8080/x", "http://[::1]/", "http://localhost", "https://a.b"]
  ) {
    assert.deepEqual(ofUrl(url), [], url);
  }
  const wrong = [
    ...["http://127.0.0.1.a.example", "https://u:p@a.example", "https://a.example/#x"],
    ...["ftp://a.example", "a.example", "file:///x", "https://a,b.example"],
  ];
  for (const url of wrong) assert.equal(ofUrl(url).length, 1, url);
});

Deno.test("parseAlertRules() of any JSON gives rules or faults, and nothing else", () => {
  fc.assert(fc.property(fc.json(), (text) => {
    assert.ok(faultsOf(text).length > 0);
    const inside = faultsOf({ rules: [{ ...RULE, when: JSON.parse(text) }], webhooks: [HOOK] });
    assert.ok(inside.length > 0 && inside.every((fault) => fault.startsWith("rules[0].when")));
  }));
});

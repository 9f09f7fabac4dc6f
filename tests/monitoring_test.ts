/** The dashboard for Grafana and the rules for Prometheus name what `/metrics` has. */
import assert from "node:assert/strict";
import { startTestServer, TestClock, workingSource } from "../src/http/test_server.ts";
import { namesIn, rowsOf } from "./document_tables.ts";
import { startServerProcess, until, withFolder } from "./server_process.ts";

const DASHBOARD = new URL("../docs/grafana/pnl_stream.json", import.meta.url);
const RULES = new URL("../docs/alerts/pnl_stream.yml", import.meta.url);

/** Labels that Prometheus adds to what it reads. */
const ADDED = new Set(["instance", "job"]);

/** The series of an exposition: name and labels. */
function seriesOf(text: string): { name: string; labels: Map<string, string> }[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
    const [, name, labels = ""] = /^([a-z_]+)(?:\{(.*)\})? /.exec(line) ?? [];
    const pairs = [...labels.matchAll(/([a-z_]+)="([^"]*)"/g)];
    return { name: name!, labels: new Map(pairs.map(([, label, value]) => [label!, value!])) };
  });
}

/** The families of series. */
function familiesOf(series: readonly { name: string }[]): string[] {
  return [...new Set(series.map(({ name }) => name.replace(/_(bucket|sum|count)$/, "")))];
}

/** Everything that a node can expose: of one with Redis, alerts and rejected rows, and of one that reconciles. */
async function exposed() {
  const mirror = {
    state: "following",
    position: 1,
    lagEvents: 0,
    lagSeconds: 0,
    begun: 1,
    lastError: null,
  } as const;
  const redis = () => ({
    connection: "ready" as const,
    lastError: null,
    // So that there is a reason to show.
    readable: false,
    lease: "held" as const,
    mirror,
  });
  const webhook = {
    name: "a",
    state: "ok",
    waiting: 0,
    givenUp: 0,
    delivered: 0,
    failed: 0,
  } as const;
  const alerts = () => ({ rules: [{ name: "a", status: "ok" } as const], webhooks: [webhook] });
  const source = workingSource(new TestClock());
  const lastError = {
    class: "internal",
    message: "The disk is full",
    at: "2026-11-22T10:00:00.000Z",
  };
  const full = { ...source, state: "degraded" as const, breaker: { ...source.breaker, lastError } };
  await using server = await startTestServer({ redis, alerts, statuses: [full] });
  await server.windows(1);
  server.log.append([{
    kind: "fact",
    source: "/revenue",
    type: "pnl.source.rejected.v1",
    id: "rejected/1",
    subject: "revenue",
    time: new Date(server.clock.now()).toISOString(),
    data: { identity: "1", path: "a", reason: "b" },
  }]);
  for (const path of ["/nope", "/api/pnl/breakdown"]) await (await server.get(path)).body?.cancel();
  let text = await (await server.get("/metrics")).text();
  await withFolder(async (env) => {
    const running = await startServerProcess(env);
    try {
      text += await until(
        async () => await (await fetch(`${running.url}/metrics`)).text(),
        (metrics) => metrics.includes("pnl_unreconciled_dollars{"),
        15_000,
      );
    } finally {
      await running.end("SIGTERM");
    }
  });
  return seriesOf(text);
}

/** The expressions in a dashboard or a file of rules. */
function expressionsOf(text: string): string[] {
  return [...text.matchAll(/^\s*"?(?:expr|query|definition)"?: (.+?),?$/gm)]
    .map(([, expression]) => expression!.startsWith('"') ? JSON.parse(expression!) : expression!);
}

Deno.test("every metric and label in the dashboard and the alert rules is in /metrics", async () => {
  const series = await exposed();
  const expressions = [DASHBOARD, RULES].flatMap((url) =>
    expressionsOf(Deno.readTextFileSync(url))
  );
  assert.ok(expressions.length > 60, `${expressions.length} expressions`);
  const used = new Set<string>();
  for (const expression of expressions) {
    for (const [, name, matchers] of expression.matchAll(/\b(pnl_[a-z_]+)(?:\{([^}]*)\})?/g)) {
      const known = series.filter((each) => each.name === name);
      assert.ok(known.length > 0, `${name} is not in /metrics: ${expression}`);
      used.add(name!);
      for (
        const [, label, operator, value] of (matchers ?? "").matchAll(/(\w+)(!=|=~|=)"(.*?)"/g)
      ) {
        if (ADDED.has(label!)) continue;
        const values = known.map(({ labels }) => labels.get(label!));
        const wanted = operator === "=~" ? new RegExp(`^(${value})$`) : null;
        const status = label === "status";
        const found = values.some((each) => wanted?.test(each ?? "") ?? each === value);
        assert.ok(found || (status && values.length > 0), `${expression}: no ${label}=${value}`);
      }
    }
    for (const [, labels] of expression.matchAll(/\bby \(([^)]*)\)/g)) {
      const names = series.filter((each) => expression.includes(each.name));
      for (const label of labels!.split(", ").filter((label) => !ADDED.has(label))) {
        assert.ok(names.some((each) => each.labels.has(label)), `${expression}: no label ${label}`);
      }
    }
  }
  const shown = [...used].map((name) => name.replace(/_bucket$/, ""));
  // What is exposed and shown nowhere is there for whoever looks for it, and is known here.
  const unseen = familiesOf(series).filter((name) => !shown.includes(name)).sort();
  assert.deepEqual(unseen, [
    "pnl_source_backfill_rows",
    "pnl_stream_acknowledging",
    "pnl_stream_holds_total",
    "pnl_stream_late_total",
    "pnl_tier_entries",
  ]);
});

Deno.test("every alert has a name of its own, a row of docs/OPERATIONS.md, and asks what can be so", () => {
  const rules = Deno.readTextFileSync(RULES);
  const names = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name!);
  assert.deepEqual(names.filter((name, at) => names.indexOf(name) !== at), []);
  const page = Deno.readTextFileSync(new URL("../docs/OPERATIONS.md", import.meta.url));
  const rows = page.split("\n").map((line) => /^\| (`Pnl[^|]*)/.exec(line)?.[1] ?? "");
  const advised = rows.flatMap((cell) => cell.match(/Pnl\w+/g) ?? []);
  assert.deepEqual(advised.sort(), names.sort());
  const families = [...page.matchAll(/^\| (`pnl_[^|]*)/gm)].flatMap(([, cell]) =>
    cell!.match(/pnl_\w+/g) ?? []
  );
  assert.deepEqual(families.filter((name, at) => families.indexOf(name) !== at), []);
  const starts = families.filter((name) => name.endsWith("_"));
  for (const start of starts) {
    const inside = families.filter((name) => name !== start && name.startsWith(start));
    assert.deepEqual(inside, [], `they are in ${start}*, too`);
  }
  // States are 1 where they hold and 0 where not: nothing else is ever equal.
  for (const [, value] of rules.matchAll(/== (\S+)/g)) assert.match(value!, /^[01]$/);
});

/** At what a rule fires, as docs/OPERATIONS.md says it: the comparison, over what time, for how long. */
function thresholdOf(rule: string): string {
  const [, expression = ""] = /^\s*expr: (.+)$/m.exec(rule) ?? [];
  assert.match(expression, /\b(pnl_\w+|up)\b/, "it asks for a metric");
  const bare = expression.replace(/\{[^}]*\}/g, "");
  const [, comparison = ""] = / ([=<>]=? .+?)(?= and | unless |$)/.exec(bare) ?? [];
  assert.match(comparison, /^(==|<|>) \d/, `${expression} compares with a number`);
  const [, range] = /\[(\w+)\]/.exec(bare) ?? [];
  const [, held] = /^\s*for: (\w+)$/m.exec(rule) ?? [];
  const over = range === undefined ? "" : ` in ${range}`;
  return `\`${comparison}\`${over}${held === undefined ? "" : ` for ${held}`}`;
}

Deno.test("every alert fires at what docs/OPERATIONS.md says, and one failed request is no alert", () => {
  const [, ...rules] = Deno.readTextFileSync(RULES).split("- alert: ");
  const fires = new Map(rules.map((rule) => [/^\w+/.exec(rule)![0], thresholdOf(rule)]));
  assert.ok(fires.size > 20, `${fires.size} rules`);
  for (const [names = "", told] of rowsOf("docs/OPERATIONS.md", "What to do", "Alert")) {
    const wanted = namesIn(names).map((name) => fires.get(name)).join("; ");
    assert.equal(told, wanted, names);
  }
  const [, count, minutes] = /^`> (\d+)` in (\d+)m$/.exec(fires.get("PnlServerErrors")!) ?? [];
  assert.ok(Number(count) >= 3 && Number(minutes) >= 10, "several, in a while");
});

Deno.test("every family of /metrics has one row in docs/OPERATIONS.md, and each row has some", async () => {
  const families = familiesOf(await exposed());
  const told = rowsOf("docs/OPERATIONS.md", "Metrics", "Family").flatMap(([cell]) => namesIn(cell));
  const tells = (name: string, family: string) =>
    name.endsWith("*") ? family.startsWith(name.slice(0, -1)) : name === family;
  const rows = (family: string) => told.filter((name) => tells(name, family)).length;
  assert.deepEqual(families.filter((family) => rows(family) !== 1), []);
  assert.deepEqual(told.filter((name) => !families.some((family) => tells(name, family))), []);
});

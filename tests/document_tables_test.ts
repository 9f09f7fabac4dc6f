/** The tables of the documents hold what the program has, and nothing else. */
import assert from "node:assert/strict";
import { FIGURE_NAMES } from "../src/alerts/figures.ts";
import { SETTING_NAMES, SETTINGS } from "../src/cli/settings.ts";
import { SERVER_FRAMES } from "../src/http/api/messages.ts";
import { PROBLEM_CODES, problemKind } from "../src/http/problem.ts";
import { redisKeys } from "../src/redis/keys.ts";
import { CLIENT_FRAME, CLOSE, closeReason } from "../src/stream/protocol.ts";
import { namesIn, rowsOf, tablesOf } from "./document_tables.ts";
import { startServerProcess, until, withFolder } from "./server_process.ts";

const API = "docs/API.md";

/** Such as `400 bad-parameter`. */
function kindsAt(heading: string): string[] {
  return rowsOf(API, heading, "status").flatMap(([status, types]) =>
    namesIn(types).map((type) => `${status} ${type}`)
  );
}

Deno.test("docs/API.md lists every kind of problem, once, under its status", () => {
  const kinds = PROBLEM_CODES.map(problemKind)
    .map(({ status, type }) => `${status} ${type.replace(/^.*:/, "")}`);
  assert.deepEqual(kindsAt("Errors").sort(), kinds.sort());
  const explained = kindsAt("GET /api/pnl/explain");
  assert.deepEqual(explained.filter((kind) => !kinds.includes(kind)), []);
});

Deno.test("docs/API.md lists every close code, and says of each whether to come back", () => {
  const rows = rowsOf(API, "GET /ws: WebSocket, pnl.v1", "close code");
  assert.deepEqual(rows.map(([code]) => Number(code)), Object.values(CLOSE).toSorted());
  for (const [code, , again] of rows) {
    const reason = Number(code) === CLOSE.drain ? "retryMs" : closeReason(Number(code), "a", 1);
    assert.equal(again, reason.includes("retryMs") ? "after that time" : "no", `${code}`);
  }
});

Deno.test("docs/API.md lists the frames of both sides, and the reasons of a reset", () => {
  const typeOf = (text: string) => /"type":"(\w+)"/.exec(text)?.[1] ?? text;
  const ws = "GET /ws: WebSocket, pnl.v1";
  const sent = rowsOf(API, ws, "server sends").map(([cell]) => typeOf(namesIn(cell)[0]!));
  const frames = Object.values(SERVER_FRAMES).map(({ shape }) => shape.type.value);
  assert.deepEqual(sent.toSorted(), frames.toSorted());
  const taken = rowsOf(API, ws, "client sends").map(([cell]) => typeOf(namesIn(cell)[0]!));
  const types = CLIENT_FRAME.options.map(({ shape }) => shape.type.value);
  assert.deepEqual([...new Set(taken)].sort(), [...new Set(types)].sort());
  const reasons = rowsOf(API, "Streams", "`reason`").flatMap(([cell]) => namesIn(cell));
  assert.deepEqual(reasons.sort(), SERVER_FRAMES.reset.shape.reason.options.toSorted());
});

Deno.test("docs/INTEGRATION.md lists every key in Redis that has a name of its own", () => {
  const shown = rowsOf("docs/INTEGRATION.md", "The event stream in Redis", "key")
    .map(([cell]) => namesIn(cell)[0]!);
  const keys = Object.values(redisKeys()).filter((key) => typeof key === "string");
  assert.deepEqual(shown.sort(), keys.sort());
});

Deno.test("docs/DEPLOYMENT.md lists every setting, with what holds where nothing is said", () => {
  const shown = rowsOf("docs/DEPLOYMENT.md", "Settings", "setting")
    .map(([name, fallback]) => [namesIn(name).join(), namesIn(fallback)[0] ?? null] as const);
  const held = SETTING_NAMES.map((name) => [name, SETTINGS[name].fallback] as const);
  assert.deepEqual(shown.map(([name]) => name).sort(), SETTING_NAMES.toSorted());
  assert.deepEqual(Object.fromEntries(shown), Object.fromEntries(held));
});

Deno.test("docs/OPERATIONS.md lists every figure that a rule may name", () => {
  const shown = rowsOf("docs/OPERATIONS.md", "Alerts", "figures").flatMap(([begins, names]) => {
    const prefixes = namesIn(begins).map((prefix) => `${prefix}.`);
    return (prefixes.length > 0 ? prefixes : [""])
      .flatMap((prefix) => namesIn(names).map((name) => prefix + name));
  });
  assert.deepEqual(shown.sort(), FIGURE_NAMES.toSorted());
});

/** Of a name with `*` or `<what>` in it: the names of files that it stands for. */
function patternOf(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(".", "\\.").replace(/\*|<\w+>/g, "[^.]+")}$`);
}

Deno.test("docs/ARCHITECTURE.md lists every file that a server of the sandbox keeps", async () => {
  const names = rowsOf("docs/ARCHITECTURE.md", "Files of state", "file")
    .flatMap(([cell]) => namesIn(cell));
  await withFolder(async (env, folder) => {
    const server = await startServerProcess(env);
    try {
      const files = await until(
        () => Promise.resolve([...Deno.readDirSync(`${folder}/data/sandbox`)].map((f) => f.name)),
        (files) => files.includes("projection.current"),
        15_000,
      );
      const stands = (name: string) => files.filter((file) => patternOf(name).test(file));
      const listed = names.flatMap(stands);
      assert.deepEqual(files.filter((file) => !listed.includes(file)), [], "files without a row");
      assert.deepEqual(
        names.filter((name) => stands(name).length === 0),
        [],
        "rows without a file",
      );
    } finally {
      await server.end("SIGTERM");
    }
  });
});

Deno.test("tablesOf() reads tables outside of blocks, under their heading, and bars that are escaped", () => {
  const text =
    "# A\n\n| `a` | b |\n| - | -: |\n| `1` \\| 2 | 3 |\n\n```text\n| c |\n```\n## `B`\n|d|\n";
  assert.deepEqual(tablesOf({ path: "x.md", text }), [
    { heading: "A", head: ["`a`", "b"], rows: [["`1` \\| 2", "3"]] },
    { heading: "B", head: ["d"], rows: [] },
  ]);
  assert.deepEqual(namesIn("`a`, or `b c`"), ["a", "b c"]);
});

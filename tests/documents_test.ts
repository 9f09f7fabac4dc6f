/** What the documents say of commands, settings, routes and each other is so. */
import assert from "node:assert/strict";
import { SETTING_NAMES } from "../src/cli/settings.ts";
import { startTestServer } from "../src/http/test_server.ts";
import { MAY_IMPORT } from "./architecture.ts";
import { NOT_RUN, notRun, REFUSED, SESSIONS } from "./document_commands.ts";
import { linkFaults } from "./document_links.ts";
import { completed, shapeFaults } from "./document_shape.ts";
import { namesIn, rowsOf } from "./document_tables.ts";
import { type Block, blocksOf, commandsOf, documents, proseOf } from "./documents.ts";
import { allPaths } from "./source_files.ts";

const ROOT = new URL("../", import.meta.url);

/** Blocks of code, by what runs them. Each language of `sh` is followed by the sessions. */
const RUN_BY: Readonly<Record<string, readonly string[]>> = {
  ts: ["tests/consumer_redis_test.ts", "tests/client_example_test.ts", "tests/snippets_test.ts"],
  js: ["tests/snippets_test.ts"],
  ini: ["tests/traces_test.ts"],
  http: ["src/http/rate_limit_test.ts"],
  yaml: ["tests/snippets_test.ts"],
};

/** Variables of the runtime and of tools that the documents name, which are no settings of the server. */
const FOREIGN =
  /^(OTEL_|DENO_|PNL_TEST_|PNL_SOAK_|PNL_ALERT_SECRET|NO_COLOR$|CI$|REDIS_PASSWORD$|TMPDIR$)/;

const blocks = documents().flatMap(blocksOf);
const shell = blocks.filter(({ language }) => language === "sh");
const at = ({ path, line }: Block) => `${path}:${line}`;
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

Deno.test("every block of the documents is of a language that a test runs, compares or parses", () => {
  const known = new Set(["sh", "json", "text", ...Object.keys(RUN_BY)]);
  assert.deepEqual(blocks.filter(({ language }) => !known.has(language)).map(at), []);
  for (const block of blocks.filter(({ language }) => language === "json")) JSON.parse(block.text);
  for (const path of Object.values(RUN_BY).flat()) assert.ok(allPaths().includes(path), path);
});

Deno.test("every document with commands is followed by a session, and each session's is there", () => {
  const followed: readonly string[] = Object.values(SESSIONS).flat();
  const paths = documents().map(({ path }) => path);
  assert.deepEqual(followed.filter((path) => !paths.includes(path)), []);
  assert.deepEqual(shell.filter(({ path }) => !followed.includes(path)).map(at), []);
});

Deno.test("what no session runs is still there, is bash, and names files that exist", async () => {
  const commands = shell.flatMap(({ text }) => commandsOf(text));
  for (const { begins } of [...NOT_RUN, ...REFUSED]) {
    assert.ok(commands.some((command) => command.startsWith(begins)), `${begins} is not there`);
  }
  for (const block of shell) {
    const { success } = await new Deno.Command("bash", { args: ["-n", "-c", block.text] }).output();
    assert.ok(success, `${at(block)} is not bash`);
  }
  const paths = allPaths();
  for (const command of commands.filter((command) => notRun(command) !== undefined)) {
    for (
      const [path] of command.matchAll(/(?<=\s)(?:deploy|docs|tests|src)\/\S+|\.env\.example/g)
    ) {
      assert.ok(paths.includes(path), `${command}: ${path} is not there`);
    }
    const services = command.startsWith("docker ") ? command.matchAll(/ (app|edge\d)\b/g) : [];
    for (const [, service] of services) {
      assert.match(read("compose.yaml"), new RegExp(`^  ${service}:`, "m"), command);
    }
  }
});

Deno.test("every link of the documents leads somewhere, to a heading too", () => {
  assert.deepEqual(linkFaults(documents(), new Set(allPaths())), []);
});

Deno.test("every variable that the documents name is read, by the server, the runtime or a test", () => {
  const all: readonly string[] = SETTING_NAMES;
  const unknown = documents().flatMap(({ path, text }) =>
    [...text.matchAll(/(?<![\w<])([A-Z]+(?:_[A-Z]+)+)(?=[`=\s,.;:)])/g)].map(([, name]) => name!)
      .filter((name) =>
        /^(PNL|REDIS|KALSHI|ANTHROPIC|REVENUE|BREAKER|SOURCE|LOG|OTEL|DENO)_/.test(name)
      )
      .filter((name) => !all.includes(name) && !FOREIGN.test(name))
      .map((name) => `${path} names ${name}`)
  );
  assert.deepEqual(unknown, []);
});

Deno.test("every task that the documents name exists, and every task is in docs/CONTRIBUTING.md", () => {
  const { tasks } = JSON.parse(read("deno.json"));
  const names = Object.keys(tasks);
  for (const { path, text } of documents()) {
    for (const [, name] of text.matchAll(/\b(?:deno|deno@2\.9\.6) task (?:-q )?([a-z]+)/g)) {
      assert.ok(names.includes(name!), `${path} names the task ${name}`);
    }
  }
  const contributing = read("docs/CONTRIBUTING.md");
  for (const name of names) assert.ok(contributing.includes(`\`deno task ${name}`), name);
});

Deno.test("every route that the documents name is in the OpenAPI document", async () => {
  await using server = await startTestServer();
  const { paths } = await (await server.get("/openapi.json")).json();
  const patterns = Object.keys(paths).map((path) =>
    new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`)
  );
  const known = (path: string) => patterns.some((pattern) => pattern.test(path));
  for (const document of documents()) {
    const named = [
      ...proseOf(document).matchAll(
        /`(?:(?:GET|POST|DELETE) )?(\/(?:api|livez|readyz|health|metrics|ws|docs|openapi|asyncapi)[^\s`?]*)/g,
      ),
      ...document.text.matchAll(/127\.0\.0\.1:300[01](\/[^\s'"`?)>]*)/g),
    ].map(([, path]) => path!.replace(/:\w+/g, "x").replace(/(?<=.)\/$/, ""));
    for (const path of named) {
      const upstream = path === "/api/revenue";
      assert.ok(upstream || path === "/" || known(path), `${document.path} names ${path}`);
    }
  }
});

Deno.test("docs/ARCHITECTURE.md shows what each folder may import, as the architecture is held to it", () => {
  const shown = rowsOf("docs/ARCHITECTURE.md", "Folders", "folder").flatMap(([names, , may]) => {
    const [folder = ""] = namesIn(names).map((name) => name.replace(/^src\/|\.ts$/g, ""));
    const of = namesIn(may).filter((name) => Object.hasOwn(MAY_IMPORT, name)).sort();
    return Object.hasOwn(MAY_IMPORT, folder) ? [[folder, of] as const] : [];
  });
  const held = Object.entries(MAY_IMPORT).map(([folder, may]) => [folder, may.toSorted()]);
  assert.deepEqual(Object.fromEntries(shown), Object.fromEntries(held));
});

Deno.test("commandsOf() joins continued lines and open quotes, and leaves out comments", () => {
  assert.deepEqual(commandsOf("# a\na b # it's\nsql \\\n  'x\n  y'\n\nc 'd'\n"), [
    "a b # it's",
    "sql \\\n  'x\n  y'",
    "c 'd'",
  ]);
  assert.throws(() => commandsOf("a 'b"), /A command has no end/);
});

Deno.test("shapeFaults() finds members that are missing on either side, or of another kind", () => {
  assert.deepEqual(
    shapeFaults({ a: { b: 1 }, c: null, d: [] }, { a: { b: 2 }, c: null, d: [1] }),
    [],
  );
  assert.deepEqual(
    shapeFaults({ a: [{ b: 1 }, { b: 1 }], c: "", d: null }, { a: [{}], c: 1, e: 1 }),
    [
      "$.a[0].b is shown and not there",
      "$.a[1].b is shown and not there",
      "$.c is shown as string and is number",
      "$.d is shown and not there",
      "$.e is not shown",
    ],
  );
  assert.deepEqual(shapeFaults({ a: null, b: "" }, { a: "", b: null }), [
    "$.a is shown as null and is string",
    "$.b is shown as string and is null",
  ]);
});

Deno.test("completed() puts in what an empty object stands for, and nothing else", () => {
  const said = { a: { b: 1, c: 2 }, d: { e: 1 }, f: [{ g: { h: 1 } }], i: 1 };
  assert.deepEqual(completed({ a: { b: 3 }, d: {}, f: [{ g: {} }, { g: {} }] }, said), {
    a: { b: 3 },
    d: { e: 1 },
    f: [{ g: { h: 1 } }, { g: { h: 1 } }],
  });
});

import assert from "node:assert/strict";
import { architectureFaults } from "./architecture.ts";
import { allPaths, codeFiles, type SourceFile } from "./source_files.ts";

const PACKAGES = new Set(["zod", "hono"]);

/** The faults of a small made-up project. */
function faultsOf(files: Record<string, string>): string[] {
  const list: SourceFile[] = Object.entries(files).map(([path, text]) => ({ path, text }));
  return architectureFaults(list, PACKAGES, new Set(Object.keys(files)));
}

/** Asserts exactly one fault, and that it speaks of what was planted. */
function assertFault(files: Record<string, string>, expected: RegExp): void {
  const faults = faultsOf(files);
  assert.equal(
    faults.length,
    1,
    faults.join("\n") || `nothing found where ${expected} was planted`,
  );
  assert.match(faults[0]!, expected);
}

Deno.test("the project keeps its architecture", () => {
  const config = JSON.parse(Deno.readTextFileSync(new URL("../deno.json", import.meta.url)));
  const packages = new Set(Object.keys(config.imports));
  const faults = architectureFaults(codeFiles(), packages, new Set(allPaths()));
  assert.deepEqual(faults, []);
});

Deno.test("architectureFaults() accepts arrows that point down", () => {
  assert.deepEqual(
    faultsOf({
      "main.ts": `import "./src/cli/a.ts";`,
      "src/cli/a.ts": `const a = await import("../http/b.ts");`,
      "src/http/b.ts": `import { Hono } from "hono"; import type { C } from "../pnl/c.ts";`,
      "src/pnl/c.ts": `import { z } from "zod"; export type C = z.ZodType;`,
      "src/pnl/c_test.ts": `import "../http/b.ts"; console.log(Date.now());`,
      "tests/t.ts": `import "../src/http/b.ts";`,
    }),
    [],
  );
});

Deno.test("architectureFaults() finds an arrow that runs up, also in a type and in import()", () => {
  const http = { "src/http/b.ts": "export type B = 1;" };
  const up = /src\/log\/a.ts:1 imports src\/http\/b.ts: log may not/;
  assertFault({ "src/log/a.ts": `import "../http/b.ts";`, ...http }, up);
  assertFault({ "src/log/a.ts": `import type { B } from "../http/b.ts";`, ...http }, up);
  assertFault({ "src/log/a.ts": `const b = import("../http/b.ts");`, ...http }, up);
  assertFault(
    {
      "src/stream/a.ts": `import "../projection/projector.ts";`,
      "src/projection/projector.ts": "",
    },
    /stream knows only the shapes/,
  );
});

Deno.test("architectureFaults() finds a circle", () => {
  assertFault({
    "src/log/a.ts": `import "./b.ts";`,
    "src/log/b.ts": `import "./c.ts";`,
    "src/log/c.ts": `import "./a.ts";`,
  }, /circle src\/log\/a.ts > src\/log\/b.ts > src\/log\/c.ts > src\/log\/a.ts/);
});

Deno.test("architectureFaults() finds a barrel", () => {
  const b = { "src/log/b.ts": "export const b = 1;" };
  assertFault({ "src/log/a.ts": `export * from "./b.ts";`, ...b }, /no barrels/);
  assertFault({ "src/log/a.ts": `export { b } from "./b.ts";`, ...b }, /no barrels/);
});

Deno.test("architectureFaults() finds imports that are not named in deno.json or lie outside", () => {
  const specifiers = [
    ...["jsr:@std/assert", "https://a.example/x.ts", "npm:zod", "left-pad", "@std/path"],
    ...["../../../elsewhere/x.ts", "./absent.ts"],
  ];
  for (const specifier of specifiers) {
    assertFault({ "src/log/a.ts": `import "${specifier}";` }, /does not name|no file here/);
  }
  assertFault({ "src/log/a.ts": `import "./b_test.ts";`, "src/log/b_test.ts": "" }, /the test/);
});

Deno.test("architectureFaults() finds what is impure in the domain, and only a use of it", () => {
  const impure = [
    ...["Date.now()", "new Date()", "Date()", "Math.random()", "setTimeout(() => {}, 1)"],
    ...["setInterval(() => {}, 1)", "console.log(1)", "Deno.cwd()", "performance.now()"],
    ...["crypto.randomUUID()", "fetch('x')", "await 1", "globalThis.x"],
  ];
  for (const text of impure) {
    assertFault({ "src/pnl/a.ts": `const a = ${text};` }, /the domain is pure/);
    assert.deepEqual(faultsOf({ "src/pnl/a_test.ts": `const a = ${text};` }), []);
  }
  assertFault({ "src/pnl/a.ts": `import "node:fs";` }, /not pure/);
  assertFault({ "src/pnl/a.ts": `import "hono";` }, /not pure/);
  const innocent = `// Date.now() and console\n` +
    `const a = { now: 1, text: "Date.now()", at: new Date(0), console: 2 }.console;`;
  assert.deepEqual(faultsOf({ "src/pnl/a.ts": innocent }), []);
});

Deno.test("architectureFaults() finds what is exported and imported nowhere, but of the client", () => {
  const b = { "src/log/b.ts": "export function three() {} export async function four() {}" };
  assertFault({ "src/log/a.ts": "export const two = 2;" }, /src\/log\/a.ts:1 exports two/);
  assertFault(
    { ...b, "src/log/c.ts": `import { three as four } from "./b.ts";` },
    /src\/log\/b.ts:1 exports four, which nobody imports/,
  );
  assertFault({ ...b, "tests/b_test.ts": `import { type four } from "../src/log/b.ts";` }, /three/);
  for (const all of [`import * as b from "./b.ts";`, `const b = import("./b.ts");`]) {
    assert.deepEqual(faultsOf({ ...b, "src/log/c.ts": all }), []);
  }
  assert.deepEqual(
    faultsOf({ "src/client/a.ts": "export const two = 2;", "tests/a.ts": "export const b = 1;" }),
    [],
  );
  assert.deepEqual(faultsOf({ "src/log/a.ts": "export interface A {} export class B {}" }), []);
});

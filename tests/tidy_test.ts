import assert from "node:assert/strict";
import { allPaths, codeFiles, textFiles } from "./source_files.ts";
import { codeFaults, lengthFaults, medianFaults, nameFaults, textFaults } from "./tidy.ts";

/** A line that calls nothing, `count` times. */
const lines = (count: number) => "void 0;\n".repeat(count);

Deno.test("the project is tidy", () => {
  const sheets = textFiles().filter(({ path }) => path.endsWith(".css"));
  assert.ok(sheets.length > 0);
  const faults = [
    ...allPaths().flatMap(nameFaults),
    ...textFiles().flatMap(textFaults),
    ...codeFiles().flatMap(codeFaults),
    ...[...codeFiles(), ...sheets].flatMap(lengthFaults),
    ...medianFaults(codeFiles()),
  ];
  assert.deepEqual(faults, []);
});

Deno.test("lengthFaults() finds a file of more than 400 lines", () => {
  assert.deepEqual(lengthFaults({ path: "src/a.css", text: lines(400) }), []);
  assert.match(lengthFaults({ path: "src/a.css", text: lines(401) }).join(), /401 lines/);
});

Deno.test("codeFaults() finds a function of 60 lines, whatever its form", () => {
  const forms = [
    (body: string) => `function f() {\n${body}}`,
    (body: string) => `const f = () => {\n${body}};`,
    (body: string) => `class A {\n  f() {\n${body}}\n}`,
  ];
  for (const form of forms) {
    assert.deepEqual(codeFaults({ path: "src/a.ts", text: form(lines(57)) }), []);
    const found = codeFaults({ path: "src/a.ts", text: form(lines(58)) });
    assert.match(found.join(), /function of 60 lines/);
  }
});

Deno.test("codeFaults() counts the tests inside a function of a test file by themselves", () => {
  const inner = `  test(() => {\n${lines(40)}  });\n`;
  const suite = (body: string) => `function suite() {\n${body}}`;
  assert.deepEqual(codeFaults({ path: "src/a_test.ts", text: suite(inner + inner) }), []);
  assert.match(codeFaults({ path: "src/a.ts", text: suite(inner + inner) }).join(), /of 86 lines/);
  const long = suite(inner + lines(58));
  assert.match(codeFaults({ path: "src/a_test.ts", text: long }).join(), /function of 61 lines/);
});

Deno.test("codeFaults() finds an export without a docstring, and asks none of a test", () => {
  const bare = [
    "export const a = 1;",
    "export function a() {}",
    "export class A {}",
    "export interface A {}",
    "export type A = 1;",
    "export default 1;",
  ];
  for (const text of bare) {
    for (const before of ["", "/* Says what. */\n", "// Says what.\n", "/** Of b. */\nlet b;\n"]) {
      const faults = codeFaults({ path: "src/a.ts", text: before + text });
      assert.match(faults.join(), /without a docstring/, before + text);
    }
    assert.deepEqual(codeFaults({ path: "src/a.ts", text: `/** Says what. */\n${text}` }), []);
    assert.deepEqual(codeFaults({ path: "src/a_test.ts", text }), []);
  }
});

Deno.test("codeFaults() finds tests that are left out", () => {
  const call = "Deno.test";
  for (const text of [`${call}.only("x");`, `${call}.ignore("x");`, `${call}({ only: true });`]) {
    assert.match(codeFaults({ path: "src/a_test.ts", text }).join(), /leaves tests out/);
  }
  assert.deepEqual(codeFaults({ path: "src/a_test.ts", text: `${call}({ ignore: !found });` }), []);
});

Deno.test("textFaults() finds notes to self, empty casts, switched-off checks, machine paths", () => {
  const planted = [
    "// TO" + "DO: later",
    "FIX" + "ME",
    "x as unk" + "nown as Y",
    "// @ts-" + "ignore",
    'open("/wo' + 'rk/main")',
    "see /ro" + "ot/x",
  ];
  for (const text of planted) {
    assert.equal(textFaults({ path: "a.md", text: `fine\n${text}\n` }).length, 1, text);
  }
  assert.deepEqual(textFaults({ path: "a.md", text: "the network/work/flow of todos\n" }), []);
});

Deno.test("nameFaults() finds names that are not snake_case", () => {
  for (const path of ["src/fooBar.ts", "src/foo-bar.ts", "src/Foo/a.ts", "docs/Some Page.md"]) {
    assert.equal(nameFaults(path).length, 1, path);
  }
  for (
    const path of ["src/foo_bar_test.ts", "README.md", ".ci/run", ".env.example", "docs/API.md"]
  ) {
    assert.deepEqual(nameFaults(path), [], path);
  }
});

Deno.test("medianFaults() finds files that are long on the whole", () => {
  const file = (count: number) => ({ path: "a.ts", text: lines(count) });
  assert.deepEqual(medianFaults([file(10), file(99), file(300)]), []);
  assert.equal(medianFaults([file(10), file(100), file(300)]).length, 1);
});

/** The packages are those that a decision gives a reason for, and what is for tests is loaded by tests alone. */
import assert from "node:assert/strict";
import manifest from "../deno.json" with { type: "json" };
import { namesIn, rowsOf } from "./document_tables.ts";
import { codeFiles } from "./source_files.ts";

const ROWS = rowsOf("docs/decisions/0024_packages.md", "Packages", "package");
const TESTS = /^(tests|bench)\/|_test\.tsx?$|\/test(_\w+|ing)\.ts$/;

Deno.test("each package of deno.json has a reason, and no other", () => {
  const told = ROWS.flatMap(([names = ""]) => namesIn(names));
  assert.deepEqual(told.sort(), Object.keys(manifest.imports).sort());
  for (const [names = "", , reason = ""] of ROWS) assert.ok(reason.length > 3, names);
});

Deno.test("what is for tests is loaded by tests alone", () => {
  const forTests = ROWS.filter(([, by]) => by === "tests").flatMap(([names = ""]) =>
    namesIn(names)
  );
  assert.ok(forTests.length > 0);
  for (const { path, text } of codeFiles().filter(({ path }) => !TESTS.test(path))) {
    for (const [, name = ""] of text.matchAll(/(?:\bfrom |\bimport\()"([^"]+)"/g)) {
      const loaded = forTests.filter((each) => name === each || name.startsWith(`${each}/`));
      assert.deepEqual(loaded, [], path);
    }
  }
});

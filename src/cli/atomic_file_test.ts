import assert from "node:assert/strict";
import { writeAtomically } from "./atomic_file.ts";
import { CommandError } from "./command.ts";

/** Runs in a temporary folder, and removes it. */
function inFolder(work: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    work(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("writeAtomically() puts the whole text in place and leaves nothing beside it", () => {
  inFolder((folder) => {
    const path = `${folder}/a.csv`;
    Deno.writeTextFileSync(path, "old");
    writeAtomically(path, ["one\n", "", "two\n"]);
    assert.equal(Deno.readTextFileSync(path), "one\ntwo\n");
    assert.deepEqual(names(folder), ["a.csv"]);
  });
});

Deno.test("writeAtomically() keeps what was there where the work fails half-way", () => {
  inFolder((folder) => {
    const path = `${folder}/a.csv`;
    Deno.writeTextFileSync(path, "old");
    const failing = function* () {
      yield "half";
      assert.equal(Deno.readTextFileSync(path), "old");
      throw new RangeError("the source broke");
    };
    assert.throws(() => writeAtomically(path, failing()), /the source broke/);
    assert.equal(Deno.readTextFileSync(path), "old");
    assert.deepEqual(names(folder), ["a.csv"]);
  });
});

Deno.test("writeAtomically() names the file that cannot be written", () => {
  inFolder((folder) => {
    const path = `${folder}/absent/a.csv`;
    assert.throws(
      () => writeAtomically(path, ["x"]),
      (error: unknown) => error instanceof CommandError && error.message.includes(path),
    );
  });
});

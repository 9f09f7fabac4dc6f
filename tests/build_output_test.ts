import assert from "node:assert/strict";
import { build, BuildError, type Output } from "../build/output.ts";

const OLD = new Date("2020-01-01T00:00:00Z");

function outputOf(files: Record<string, string>): Output {
  return new Map(
    Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]),
  );
}

/** A folder with a source, and its output beside it. */
async function withSource(
  work: (folder: string, source: string) => Promise<void>,
): Promise<void> {
  const root = Deno.makeTempDirSync({ prefix: "pnl-" });
  try {
    Deno.writeTextFileSync(`${root}/source.ts`, "1");
    await work(`${root}/dist/output`, `${root}/source.ts`);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("build() makes an output once, however many ask for it at the same time", async () => {
  await withSource(async (folder, source) => {
    let made = 0;
    const make = () => {
      made++;
      return Promise.resolve(outputOf({ "a.js": "a" }));
    };
    assert.equal(await build(folder, [source], false, make), true);
    assert.equal(await build(folder, [source], false, make), false);
    Deno.writeTextFileSync(source, "2");
    // One that has found the output stale waits for the one that builds, in a process of its own.
    const script = `import { build } from ${
      JSON.stringify(import.meta.resolve("../build/output.ts"))
    };
      const made = await build(${JSON.stringify(folder)}, [${
      JSON.stringify(source)
    }], false, async () => {
        await new Promise((resolve) => setTimeout(resolve, 700));
        return new Map([["a.js", new Uint8Array([1])]]);
      });
      console.log(made);`;
    const runs = await Promise.all(
      [1, 2, 3].map(() =>
        new Deno.Command(Deno.execPath(), { args: ["eval", "--no-config", script] }).output()
      ),
    );
    const said = runs.map(({ stdout, stderr }) =>
      new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)
    );
    assert.deepEqual(said.sort(), ["false\n", "false\n", "true\n"]);
    assert.equal(made, 1);
  });
});

Deno.test("build() does not write again what is there, for the runtime would refuse to load it", async () => {
  await withSource(async (folder, source) => {
    const make = () =>
      Promise.resolve(outputOf({ "a-1.js": "a", "deep/b-1.js": "b", "main.js": "m" }));
    await build(folder, [source], false, make);
    const inodes = () =>
      ["a-1.js", "deep/b-1.js", "main.js"].map((path) => Deno.statSync(`${folder}/${path}`).ino);
    const before = inodes();
    assert.equal(await build(folder, [source], true, make), true);
    assert.deepEqual(inodes(), before);
    Deno.writeTextFileSync(`${folder}/a-1.js`, "damaged");
    await build(folder, [source], true, make);
    assert.equal(Deno.readTextFileSync(`${folder}/a-1.js`), "a", "but what is damaged is mended");
  });
});

Deno.test("build() builds again where a file of the output is gone, or is not what it was", async () => {
  await withSource(async (folder, source) => {
    const make = () => Promise.resolve(outputOf({ "a-1.js": "a", "main.js": "m" }));
    await build(folder, [source], false, make);
    const path = `${folder}/a-1.js`;
    for (const harm of [() => Deno.removeSync(path), () => Deno.writeTextFileSync(path, "")]) {
      harm();
      assert.equal(await build(folder, [source], false, make), true);
      assert.equal(Deno.readTextFileSync(path), "a");
    }
  });
});

Deno.test("build() builds again what was changed while it was built", async () => {
  await withSource(async (folder, source) => {
    await build(folder, [source], false, () => {
      Deno.writeTextFileSync(source, "2");
      return Promise.resolve(outputOf({ "main.js": "of 2" }));
    });
    for (const text of ["1", "2"]) {
      Deno.writeTextFileSync(source, text);
      const make = () => Promise.resolve(outputOf({ "main.js": `of ${text}` }));
      assert.equal(await build(folder, [source], false, make), true);
      assert.equal(Deno.readTextFileSync(`${folder}/main.js`), `of ${text}`);
    }
    const manifest = JSON.parse(Deno.readTextFileSync(`${folder}/manifest.json`));
    Deno.writeTextFileSync(`${folder}/manifest.json`, JSON.stringify({ inputs: manifest.inputs }));
    const make = () => Promise.resolve(outputOf({ "main.js": "of 2" }));
    assert.equal(await build(folder, [source], false, make), true, "a manifest of no files");
  });
});

Deno.test("build() says which folder it cannot write, and why", async () => {
  await withSource(async (folder, source) => {
    const make = () => Promise.resolve(outputOf({ "main.js": "1" }));
    const fails = (path: string) =>
      assert.rejects(build(folder, [source], false, make), (error) => {
        return error instanceof BuildError &&
          error.message.startsWith(`Cannot build ${folder}: `) &&
          error.message.includes(path);
      });
    Deno.mkdirSync(`${folder}/build.lock`, { recursive: true });
    await fails("build.lock");
    Deno.removeSync(`${folder}/build.lock`);
    await build(folder, [source], false, make);
    Deno.removeSync(`${folder}/main.js`);
    Deno.mkdirSync(`${folder}/main.js`);
    await fails("main.js");
  });
});

Deno.test("build() puts a file in whole: who holds the one before reads that to its end", async () => {
  await withSource(async (folder, source) => {
    const of = (text: string) => () => Promise.resolve(outputOf({ "main.js": text }));
    await build(folder, [source], false, of("before"));
    using held = Deno.openSync(`${folder}/main.js`);
    await build(folder, [source], true, of("after"));
    const bytes = new Uint8Array(16);
    assert.equal(new TextDecoder().decode(bytes.subarray(0, held.readSync(bytes)!)), "before");
  });
});

Deno.test("build() keeps the files of the build before, and removes older ones after an hour", async () => {
  await withSource(async (folder, source) => {
    for (const version of ["1", "2", "3"]) {
      Deno.writeTextFileSync(source, version);
      await build(
        folder,
        [source],
        false,
        () => Promise.resolve(outputOf({ [`a-${version}.js`]: "a" })),
      );
      Deno.utimeSync(`${folder}/a-${version}.js`, OLD, OLD);
    }
    assert.deepEqual(namesIn(folder), ["a-2.js", "a-3.js", "build.lock", "manifest.json"]);
    Deno.writeTextFileSync(`${folder}/b.js.part`, "cut off");
    const halfAnHourAgo = new Date(Date.now() - 1_800_000);
    Deno.utimeSync(`${folder}/b.js.part`, halfAnHourAgo, halfAnHourAgo);
    await build(folder, [source], true, () => Promise.resolve(outputOf({ "a-3.js": "a" })));
    assert.ok(namesIn(folder).includes("b.js.part"), "it may be another's at work");
    Deno.utimeSync(`${folder}/b.js.part`, OLD, OLD);
    await build(folder, [source], true, () => Promise.resolve(outputOf({ "a-3.js": "a" })));
    assert.deepEqual(namesIn(folder), ["a-3.js", "build.lock", "manifest.json"]);
  });
});

Deno.test("build() that fails leaves the output as it was, and lets the next one build", async () => {
  await withSource(async (folder, source) => {
    await build(folder, [source], false, () => Promise.resolve(outputOf({ "main.js": "1" })));
    Deno.writeTextFileSync(source, "2");
    const failing = build(folder, [source], false, () => Promise.reject(new Error("No bundle")));
    await assert.rejects(failing, /No bundle/);
    assert.equal(Deno.readTextFileSync(`${folder}/main.js`), "1");
    const next = () => Promise.resolve(outputOf({ "main.js": "2" }));
    assert.equal(await build(folder, [source], false, next), true);
    assert.equal(Deno.readTextFileSync(`${folder}/main.js`), "2");
  });
});

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import manifest from "../deno.json" with { type: "json" };
import { ensureBuilt } from "./built.ts";

const ROOT = new URL("../", import.meta.url);
const OUTPUT = new URL("dist/server/", ROOT);

/** Runs a task's one command with its permissions and no others, and what it says. */
async function run(flags: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...flags],
    cwd: fileURLToPath(ROOT),
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** The files of the built server that are loaded. */
function code(): string[] {
  const { files } = JSON.parse(Deno.readTextFileSync(new URL("manifest.json", OUTPUT)));
  return Object.keys(files).filter((name) => name.endsWith(".js"));
}

Deno.test("each file of the built server leads back to sources that are there", async () => {
  await ensureBuilt();
  const found = new Set<string>();
  for (const name of code()) {
    const text = Deno.readTextFileSync(new URL(name, OUTPUT));
    assert.ok(text.endsWith(`//# sourceMappingURL=${name}.map\n`), name);
    const map = JSON.parse(Deno.readTextFileSync(new URL(`${name}.map`, OUTPUT)));
    for (const source of map.sources as string[]) {
      const url = new URL(source, OUTPUT);
      if (!url.href.startsWith(ROOT.href)) continue;
      assert.ok(Deno.statSync(url).isFile, source);
      found.add(url.href.slice(ROOT.href.length));
    }
  }
  for (const source of ["main.ts", "src/cli/serve.ts", "src/http/server.ts", "src/stream/hub.ts"]) {
    assert.ok(found.has(source), source);
  }
  const foreign = [...found].filter((path) =>
    !/^(main\.ts|deno\.json|src\/|migrations\/)/.test(path)
  );
  assert.deepEqual(foreign, []);
  assert.deepEqual([...found].filter((path) => path.startsWith("src/dashboard/")), []);
});

Deno.test("deno task build does not build the server again where nothing has changed, and --force does", async () => {
  const [, ...build] = manifest.tasks.build.split(" ");
  await run(build);
  const entry = new URL("main.js", OUTPUT);
  const text = Deno.readTextFileSync(entry);
  assert.equal(await run(build), "");
  const said = await run([...build, "--force"]);
  assert.match(said, /^Built the server into dist\/server in \d+ ms\.$/m);
  assert.equal(Deno.readTextFileSync(entry), text, "the same source gives the same server");
});

Deno.test("deno task warm keeps the code of all that the server loads, and needs no permission", async () => {
  await ensureBuilt();
  const [, ...words] = manifest.tasks.warm.split(" ");
  const flags = words.slice(0, words.indexOf(">"));
  assert.deepEqual(flags.filter((word) => word.startsWith("--allow")), []);
  const cache = Deno.makeTempDirSync({ prefix: "pnl-" });
  try {
    assert.match(await run(flags, { DENO_DIR: cache }), /^serve: /);
    const bytes = [...Deno.readDirSync(cache)].filter(({ name }) =>
      name.startsWith("v8_code_cache")
    )
      .reduce((sum, { name }) => sum + Deno.statSync(`${cache}/${name}`).size, 0);
    assert.ok(bytes > 1_000_000, `${bytes} bytes of code`);
  } finally {
    Deno.removeSync(cache, { recursive: true });
  }
});

import assert from "node:assert/strict";
import { readDashboard } from "./dashboard_files.ts";

async function write(folder: string, name: string, text: string): Promise<void> {
  for (const end of ["", ".gz", ".br"]) {
    await Deno.writeTextFile(`${folder}/${name}${end}`, text + end);
  }
}

Deno.test("readDashboard() reads what the manifest names, and nothing beside it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "pnl-dashboard-" });
  try {
    assert.equal(await readDashboard(folder), null, "nothing is built");
    await Deno.mkdir(`${folder}/assets`);
    await write(folder, "index.html", "page");
    await write(folder, "assets/main-1.js", "code");
    await write(folder, "assets/main-0.js", "code of before");
    assert.equal(await readDashboard(folder), null, "the build is not done");
    const paths = ["assets/main-1.js.gz", "assets/main-1.js.br", "assets/main-1.js", "index.html"];
    const manifest = { files: Object.fromEntries(paths.map((path) => [path, "its hash"])) };
    await Deno.writeTextFile(`${folder}/manifest.json`, JSON.stringify(manifest));
    const files = await readDashboard(folder);
    assert.deepEqual([...files?.assets.keys() ?? []], ["main-1.js"]);
    const { bodies, type } = files!.assets.get("main-1.js")!;
    assert.equal(type, "text/javascript; charset=utf-8");
    const texts = [bodies.identity, bodies.gzip, bodies.br].map((body) =>
      new TextDecoder().decode(body)
    );
    assert.deepEqual(texts, ["code", "code.gz", "code.br"]);
    assert.notEqual(files?.index.tag, files?.assets.get("main-1.js")?.tag);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

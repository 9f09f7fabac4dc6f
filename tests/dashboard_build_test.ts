import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import manifest from "../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const OUTPUT = `${ROOT}dist/dashboard`;
/** What a first visit loads may have so many bytes, compressed by gzip; other views come later. */
const MOST_BYTES = 150_000;

/** Runs the task as it stands in deno.json, with its permissions and no others. */
async function build(...args: string[]): Promise<string> {
  const [, ...flags] = manifest.tasks.build.split(" ");
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...flags, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function text(name: string): string {
  return Deno.readTextFileSync(`${OUTPUT}/${name}`);
}

/** The names of the assets, without those of their encodings. */
function assetNames(): string[] {
  const { files } = JSON.parse(text("manifest.json")) as { readonly files: object };
  return Object.keys(files).filter((path) => /^assets\/.*(?<!\.gz|\.br)$/.test(path))
    .map((path) => path.slice("assets/".length));
}

Deno.test("deno task build writes a page whose files are all there, in each encoding, under their hash", async () => {
  assert.match(await build("--force"), /^Built the dashboard into dist\/dashboard in \d+ ms\.$/m);
  const assets = assetNames();
  const index = text("index.html");
  const named = [...index.matchAll(/(?:href|src)="assets\/([^"]+)"/g)].map(([, name]) =>
    name ?? ""
  );
  assert.ok(named.length >= 3, index);
  for (const name of named) assert.ok(assets.includes(name), name);
  assert.doesNotMatch(index, /\.tsx|"\.\/|<style|<script>|style=|onclick|https?:/);
  let bytes = Deno.readFileSync(`${OUTPUT}/index.html.gz`).length;
  for (const name of assets) {
    assert.match(name, /^[a-z._-]+-[A-Za-z0-9]{8,10}\.(js|css|svg)$/);
    const plain = Deno.readFileSync(`${OUTPUT}/assets/${name}`);
    const gzip = Deno.readFileSync(`${OUTPUT}/assets/${name}.gz`);
    assert.deepEqual(new Uint8Array(gunzipSync(gzip)), plain, name);
    const br = Deno.readFileSync(`${OUTPUT}/assets/${name}.br`);
    assert.deepEqual(new Uint8Array(brotliDecompressSync(br)), plain, name);
    if (named.includes(name)) bytes += gzip.length;
  }
  assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
});

Deno.test("deno task build does nothing where nothing has changed", async () => {
  await build();
  const writtenAt = Deno.statSync(`${OUTPUT}/manifest.json`).mtime?.getTime();
  assert.equal(await build(), "");
  assert.equal(Deno.statSync(`${OUTPUT}/manifest.json`).mtime?.getTime(), writtenAt);
});

Deno.test("the code of the dashboard is the one for use, and sets up no style or script of its own", async () => {
  await build();
  const assets = assetNames();
  const code = assets.filter((name) => name.endsWith(".js")).map((name) => text(`assets/${name}`));
  assert.doesNotMatch(code.join(), /react-dom\.development|process\.env\.NODE_ENV/);
  assert.doesNotMatch(code.join(), /\beval\(|new Function\(/);
});

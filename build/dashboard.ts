/** Builds the dashboard: what a browser loads, under names that change with what is in them. */
import { createHash } from "node:crypto";
import { brotliCompressSync, gzipSync } from "node:zlib";

/** Where it is put; paths are from the project's root. */
export const OUTPUT = "dist/dashboard";
const SOURCE = "src/dashboard";
/** A change in any of these makes the output stale. */
const INPUTS = [SOURCE, "src/client", "src/pnl", "build", "deno.json", "deno.lock"];
/** What no output names any more is kept for so long: a server that is starting may be about to read it. */
const KEEP_MS = 3_600_000;

/** A file of the output: its name tells its content. */
interface Asset {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The dashboard cannot be built. */
export class BuildError extends Error {
  readonly code = "build_failed";
  constructor(readonly faults: readonly string[]) {
    super(`Cannot build the dashboard: ${faults.join("\n")}`);
    this.name = "BuildError";
  }
}

function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
}

function* filesUnder(path: string): Generator<string> {
  if (Deno.statSync(path).isFile) return yield path;
  for (const { name } of [...Deno.readDirSync(path)].sort((a, b) => a.name < b.name ? -1 : 1)) {
    yield* filesUnder(`${path}/${name}`);
  }
}

/** The hash of all that the output depends on. */
function hashOfInputs(): string {
  const paths = INPUTS.flatMap((path) => [...filesUnder(path)])
    .filter((path) => !/_test\.tsx?$/.test(path));
  return sha256(Deno.version.deno, ...paths.flatMap((path) => [path, Deno.readFileSync(path)]));
}

/** The hash that the present output was built of; null where there is none. */
function hashOfOutput(): string | null {
  try {
    const manifest: unknown = JSON.parse(Deno.readTextFileSync(`${OUTPUT}/manifest.json`));
    const inputs: unknown = Reflect.get(Object(manifest), "inputs");
    return typeof inputs === "string" ? inputs : null;
  } catch {
    return null;
  }
}

function named(stem: string, extension: string, bytes: Uint8Array): Asset {
  return { name: `${stem}-${sha256(bytes).slice(0, 10)}.${extension}`, bytes };
}

/** The code: the entry first, then what it shares with views that are loaded when they are shown. */
async function bundleCode(): Promise<readonly [Asset, ...Asset[]]> {
  const { success, errors, outputFiles = [] } = await Deno.bundle({
    entrypoints: [`${SOURCE}/main.tsx`],
    outputDir: OUTPUT,
    platform: "browser",
    format: "esm",
    minify: true,
    codeSplitting: true,
    write: false,
  });
  if (!success) throw new BuildError(errors.map(({ text }) => text));
  const files = outputFiles.map(({ path, contents }) => ({
    name: path.split("/").at(-1) ?? path,
    bytes: contents ?? new Uint8Array(),
  }));
  const entry = files.find(({ name }) => name === "main.js");
  if (entry === undefined) throw new BuildError(["the bundle has no main.js"]);
  // The entry can be given a name as the others have, for none of them names it.
  const naming = files.find(({ bytes }) => new TextDecoder().decode(bytes).includes('"./main.js"'));
  if (naming !== undefined) throw new BuildError([`${naming.name} imports the entry`]);
  return [named("main", "js", entry.bytes), ...files.filter((file) => file !== entry)];
}

/** All styles as one sheet: what is common first. */
function joinStyles(): Asset {
  const first = ["base.css", "shell.css"];
  const others = [...Deno.readDirSync(`${SOURCE}/styles`)].map(({ name }) => name)
    .filter((name) => name.endsWith(".css") && !first.includes(name)).sort();
  const sheets = [...first, ...others].map((name) =>
    Deno.readTextFileSync(`${SOURCE}/styles/${name}`)
  );
  const bare = sheets.join("\n").replace(/\/\*[\s\S]*?\*\//g, "").replace(/\n\s*/g, "\n");
  return named("styles", "css", new TextEncoder().encode(bare));
}

/** The page: what it names in the source is replaced by what was made of it. */
function makeIndex([entry, ...chunks]: readonly Asset[], others: readonly Asset[]): string {
  const code = new TextDecoder().decode(entry?.bytes);
  const needed = chunks.filter(({ name }) =>
    new RegExp(`(from|import)\\s*"\\./${name.replaceAll(".", "\\.")}"`).test(code)
  );
  const preloads = needed.map(({ name }) => `<link rel="modulepreload" href="assets/${name}">`);
  const [styles, icon] = others;
  return Deno.readTextFileSync(`${SOURCE}/index.html`)
    .replace('"./main.tsx"', `"assets/${entry?.name}"`)
    .replace('"./styles.css"', `"assets/${styles?.name}"`)
    .replace('"./icon.svg"', `"assets/${icon?.name}"`)
    .replace("</head>", `${preloads.join("")}</head>`);
}

/** Writes a file whole or not at all: somebody may be reading. */
function writeWhole(path: string, content: string | Uint8Array): void {
  const part = `${path}.${Deno.pid}.part`;
  if (typeof content === "string") Deno.writeTextFileSync(part, content);
  else Deno.writeFileSync(part, content);
  Deno.renameSync(part, path);
}

/** A file, and beside it the same in the encodings that browsers take. */
function writeEncoded(path: string, bytes: Uint8Array): void {
  writeWhole(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  writeWhole(`${path}.br`, brotliCompressSync(bytes));
  writeWhole(path, bytes);
}

function removeOld(assets: readonly Asset[]): void {
  const kept = new Set(assets.flatMap(({ name }) => [name, `${name}.gz`, `${name}.br`]));
  for (const { name } of Deno.readDirSync(`${OUTPUT}/assets`)) {
    if (kept.has(name)) continue;
    const path = `${OUTPUT}/assets/${name}`;
    const writtenAt = Deno.statSync(path).mtime?.getTime() ?? 0;
    if (Date.now() - writtenAt > KEEP_MS) Deno.removeSync(path);
  }
}

/**
 * Builds the dashboard where it is not built of what is there now. The folder is whole at every moment.
 *
 * @param force builds in any case
 * @returns false where nothing had changed
 * @throws {BuildError}
 */
export async function buildDashboard(force = false): Promise<boolean> {
  const inputs = hashOfInputs();
  if (!force && inputs === hashOfOutput()) return false;
  const code = await bundleCode();
  const others = [joinStyles(), named("icon", "svg", Deno.readFileSync(`${SOURCE}/icon.svg`))];
  const assets = [...code, ...others];
  Deno.mkdirSync(`${OUTPUT}/assets`, { recursive: true });
  for (const { name, bytes } of assets) writeEncoded(`${OUTPUT}/assets/${name}`, bytes);
  const index = new TextEncoder().encode(makeIndex(code, others));
  writeEncoded(`${OUTPUT}/index.html`, index);
  const manifest = { inputs, assets: assets.map(({ name }) => name) };
  writeWhole(`${OUTPUT}/manifest.json`, JSON.stringify(manifest));
  removeOld(assets);
  return true;
}

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

/** What index.html names, and what the bundler calls what it makes of it. */
const ENTRIES = [
  { source: "main.tsx", stem: "main" },
  { source: "first_paint.ts", stem: "first_paint" },
];

const UTF8 = new TextDecoder();

/** A file of the output: its name tells its content. */
interface Asset {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the bundler made. */
interface Code {
  /** By the names of their sources. */
  readonly entries: ReadonlyMap<string, Asset>;
  readonly chunks: readonly Asset[];
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

/** What the bundler makes of the entries and of all that they import. */
async function bundle(): Promise<Asset[]> {
  const { success, errors, outputFiles = [] } = await Deno.bundle({
    entrypoints: ENTRIES.map(({ source }) => `${SOURCE}/${source}`),
    outputDir: OUTPUT,
    platform: "browser",
    format: "esm",
    minify: true,
    codeSplitting: true,
    write: false,
  });
  if (!success) throw new BuildError(errors.map(({ text }) => text));
  return outputFiles.map(({ path, contents }) => ({
    name: path.split("/").at(-1) ?? path,
    bytes: contents ?? new Uint8Array(),
  }));
}

/** The code: the entries by their sources, and what is loaded by them, which has its hash already. */
async function bundleCode(): Promise<Code> {
  const files = await bundle();
  const entries = ENTRIES.map(({ source, stem }) => {
    const entry = files.find(({ name }) => name === `${stem}.js`);
    if (entry === undefined) throw new BuildError([`the bundle has no ${stem}.js`]);
    // It can be given a name as the others have, for none of them names it.
    const naming = files.find(({ bytes }) => UTF8.decode(bytes).includes(`"./${stem}.js"`));
    if (naming !== undefined) throw new BuildError([`${naming.name} imports ${stem}.js`]);
    return [source, named(stem, "js", entry.bytes)] as const;
  });
  const own = new Set(ENTRIES.map(({ stem }) => `${stem}.js`));
  return { entries: new Map(entries), chunks: files.filter(({ name }) => !own.has(name)) };
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
function makeIndex({ entries, chunks }: Code, styles: Asset, icon: Asset): string {
  const made = new Map([...entries, ["styles.css", styles], ["icon.svg", icon]]);
  const code = [...entries.values()].map(({ bytes }) => UTF8.decode(bytes)).join("\n");
  const preloads = chunks
    .filter(({ name }) =>
      new RegExp(`(from|import)\\s*"\\./${name.replaceAll(".", "\\.")}"`).test(code)
    )
    .map(({ name }) => `<link rel="modulepreload" href="assets/${name}">`);
  return Deno.readTextFileSync(`${SOURCE}/index.html`)
    .replace(/"\.\/([a-z_]+\.[a-z]+)"/g, (_whole, source: string) => {
      const asset = made.get(source);
      if (asset === undefined) throw new BuildError([`index.html names ${source}, which is none`]);
      return `"assets/${asset.name}"`;
    })
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
  const styles = joinStyles();
  const icon = named("icon", "svg", Deno.readFileSync(`${SOURCE}/icon.svg`));
  const assets = [...code.entries.values(), ...code.chunks, styles, icon];
  Deno.mkdirSync(`${OUTPUT}/assets`, { recursive: true });
  for (const { name, bytes } of assets) writeEncoded(`${OUTPUT}/assets/${name}`, bytes);
  const index = new TextEncoder().encode(makeIndex(code, styles, icon));
  writeEncoded(`${OUTPUT}/index.html`, index);
  const manifest = { inputs, assets: assets.map(({ name }) => name) };
  writeWhole(`${OUTPUT}/manifest.json`, JSON.stringify(manifest));
  removeOld(assets);
  return true;
}

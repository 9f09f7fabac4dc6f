/** Builds the dashboard: what a browser loads, under names that change with what is in them. */
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, BuildError, type Output, sha256 } from "./output.ts";

/** Where it is put; paths are from the project's root. */
export const OUTPUT = "dist/dashboard";
const SOURCE = "src/dashboard";
const WHAT = "the dashboard";
/** A change in any of these makes the output stale. */
const INPUTS = [SOURCE, "src/client", "src/pnl", "build", "deno.json", "deno.lock"];
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
  if (!success) throw new BuildError(WHAT, errors.map(({ text }) => text));
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
    if (entry === undefined) throw new BuildError(WHAT, [`the bundle has no ${stem}.js`]);
    // It can be given a name as the others have, for none of them names it.
    const naming = files.find(({ bytes }) => UTF8.decode(bytes).includes(`"./${stem}.js"`));
    if (naming !== undefined) throw new BuildError(WHAT, [`${naming.name} imports ${stem}.js`]);
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
      if (asset === undefined) {
        throw new BuildError(WHAT, [`index.html names ${source}, which is none`]);
      }
      return `"assets/${asset.name}"`;
    })
    .replace("</head>", `${preloads.join("")}</head>`);
}

/** A file, and beside it the same in the encodings that browsers take. */
function encoded(path: string, bytes: Uint8Array): readonly (readonly [string, Uint8Array])[] {
  return [
    [`${path}.gz`, gzipSync(bytes, { level: 9 })],
    [`${path}.br`, brotliCompressSync(bytes)],
    [path, bytes],
  ];
}

/** All that is served: last the page, which names the others. */
async function makeDashboard(): Promise<Output> {
  const code = await bundleCode();
  const styles = joinStyles();
  const icon = named("icon", "svg", Deno.readFileSync(`${SOURCE}/icon.svg`));
  const assets = [...code.entries.values(), ...code.chunks, styles, icon];
  const index = new TextEncoder().encode(makeIndex(code, styles, icon));
  return new Map([
    ...assets.flatMap(({ name, bytes }) => encoded(`assets/${name}`, bytes)),
    ...encoded("index.html", index),
  ]);
}

/** Builds the dashboard where it is stale. */
export function buildDashboard(force = false): Promise<boolean> {
  return build(OUTPUT, INPUTS, force, makeDashboard);
}

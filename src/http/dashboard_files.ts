/** The built dashboard, read once into memory. */

/** An encoding that a file is there in. */
export type Encoding = "br" | "gzip" | "identity";

/** A file that is served as it stands. */
export interface StaticFile {
  /** Its media type. */
  readonly type: string;
  /** Changes with its content. */
  readonly tag: string;
  readonly bodies: Readonly<Record<Encoding, Uint8Array<ArrayBuffer>>>;
}

/** What a browser loads. */
export interface DashboardFiles {
  readonly index: StaticFile;
  /** By name. A name stands for one content for ever. */
  readonly assets: ReadonlyMap<string, StaticFile>;
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

function typeOf(name: string): string {
  return TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
}

async function readFile(path: string): Promise<StaticFile> {
  const [identity, gzip, br] = await Promise.all([
    Deno.readFile(path),
    Deno.readFile(`${path}.gz`),
    Deno.readFile(`${path}.br`),
  ]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", identity));
  return { type: typeOf(path), tag: digest.toHex().slice(0, 16), bodies: { identity, gzip, br } };
}

/** The names of the assets in what the build wrote about itself; their encodings stand beside them. */
function assetNames(manifest: unknown): string[] {
  const files: unknown = Reflect.get(Object(manifest), "files");
  return Object.keys(Object(files)).flatMap((path) =>
    /^assets\/([^/]+\.(?:js|css|svg))$/.exec(path)?.[1] ?? []
  );
}

/**
 * Reads what `deno task build` wrote.
 *
 * @param folder such as `./dist/dashboard`
 * @returns null where nothing is built there
 */
export async function readDashboard(folder: string): Promise<DashboardFiles | null> {
  try {
    const names = assetNames(JSON.parse(await Deno.readTextFile(`${folder}/manifest.json`)));
    const files = await Promise.all(
      names.map(async (name) => [name, await readFile(`${folder}/assets/${name}`)] as const),
    );
    return { index: await readFile(`${folder}/index.html`), assets: new Map(files) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** What the builds have in common: whether their output is of what is there now, and how it is put there. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/**
 * What neither of the last two outputs names goes when it was written so long ago: a server that is starting
 * may be about to read what is younger.
 */
const KEEP_MS = 3_600_000;

const MANIFEST = "manifest.json";
/** Held by the one that builds; the others wait, and find what it made. */
const LOCK = "build.lock";

/** Something cannot be built. */
export class BuildError extends Error {
  readonly code = "build_failed";
  constructor(readonly what: string, readonly faults: readonly string[]) {
    super(`Cannot build ${what}: ${faults.join("\n")}`);
    this.name = "BuildError";
  }
}

/** Files of an output by their paths in its folder, in the order that they are written in. */
export type Output = ReadonlyMap<string, Uint8Array>;

/** What an output says of itself. */
interface Manifest {
  /** The hash of what it was made of; null where that changed meanwhile. */
  readonly inputs: string | null;
  /** The hashes of its files, by their paths. */
  readonly files: Readonly<Record<string, string>>;
}

/** The SHA-256 of the parts, in order, in hexadecimal digits. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
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

/** The hash of all that an output depends on: files and folders, without tests; and the runtime's version. */
function hashOf(inputs: readonly string[]): string {
  const paths = inputs.flatMap((path) => [...filesUnder(path)])
    .filter((path) => !/_test\.tsx?$/.test(path));
  return sha256(Deno.version.deno, ...paths.flatMap((path) => [path, Deno.readFileSync(path)]));
}

/** The bytes of a file; null where there is none. */
function read(path: string): Uint8Array | null {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function readManifest(folder: string): Manifest {
  const none = { inputs: null, files: {} };
  const bytes = read(`${folder}/${MANIFEST}`);
  if (bytes === null) return none;
  try {
    const { inputs, files } = JSON.parse(new TextDecoder().decode(bytes));
    return { inputs: typeof inputs === "string" ? inputs : null, files: Object(files) };
  } catch {
    return none;
  }
}

/** Whether the output of a folder is whole, and made of what has this hash. */
function isBuilt(folder: string, inputs: string): boolean {
  const manifest = readManifest(folder);
  const files = Object.entries(manifest.files);
  if (manifest.inputs !== inputs || files.length === 0) return false;
  return files.every(([path, hash]) => {
    const bytes = read(`${folder}/${path}`);
    return bytes !== null && sha256(bytes) === hash;
  });
}

/**
 * Writes a file whole or not at all, and not again what is there already: the runtime refuses to load a file
 * that is replaced, be it by its like, while it opens it.
 */
function writeWhole(path: string, bytes: Uint8Array): void {
  const present = read(path);
  if (present !== null && Buffer.compare(present, bytes) === 0) return;
  const part = `${path}.part`;
  Deno.writeFileSync(part, bytes);
  Deno.renameSync(part, path);
}

/** Removes the files of a folder that were written long ago and are not to be kept. */
function removeOld(folder: string, kept: ReadonlySet<string>): void {
  for (const path of [...filesUnder(folder)]) {
    if (kept.has(path.slice(folder.length + 1))) continue;
    const writtenAt = Deno.statSync(path).mtime?.getTime() ?? 0;
    if (Date.now() - writtenAt > KEEP_MS) Deno.removeSync(path);
  }
}

/** Puts an output into its folder: the manifest last. */
function write(folder: string, inputs: string | null, output: Output): void {
  const before = Object.keys(readManifest(folder).files);
  for (const [path, bytes] of output) {
    Deno.mkdirSync(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    writeWhole(`${folder}/${path}`, bytes);
  }
  const files = Object.fromEntries([...output].map(([path, bytes]) => [path, sha256(bytes)]));
  const manifest: Manifest = { inputs, files };
  writeWhole(`${folder}/${MANIFEST}`, new TextEncoder().encode(JSON.stringify(manifest)));
  removeOld(folder, new Set([...output.keys(), ...before, MANIFEST, LOCK]));
}

/** What the system said where a folder cannot be written, such as that it is read-only, or full. */
function systemFault(error: unknown): string | null {
  return error instanceof Error && "code" in error && /^E[A-Z]+$/.test(String(error.code))
    ? error.message
    : null;
}

/**
 * Builds an output where it is not built of what is there now, or is damaged. What it was stays loadable
 * meanwhile: files are whole at every moment, and those of the build before are kept.
 *
 * @param inputs files and folders; a change in any makes the output stale
 * @param force builds in any case
 * @returns false where nothing had changed
 * @throws {BuildError}
 */
export async function build(
  folder: string,
  inputs: readonly string[],
  force: boolean,
  make: () => Promise<Output>,
): Promise<boolean> {
  try {
    if (!force && isBuilt(folder, hashOf(inputs))) return false;
    Deno.mkdirSync(folder, { recursive: true });
    using lock = Deno.openSync(`${folder}/${LOCK}`, { write: true, create: true });
    lock.lockSync(true);
    const hash = hashOf(inputs);
    if (!force && isBuilt(folder, hash)) return false;
    const output = await make();
    // What was changed meanwhile may be in it or not: the next one builds again.
    write(folder, hashOf(inputs) === hash ? hash : null, output);
    return true;
  } catch (error) {
    const fault = systemFault(error);
    throw fault === null ? error : new BuildError(folder, [fault]);
  }
}

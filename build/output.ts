/** What the builds have in common: whether their output is of what is there now, and files that are whole. */
import { createHash } from "node:crypto";

/** What no output names any more is kept for so long: a server that is starting may be about to read it. */
const KEEP_MS = 3_600_000;

/** Something cannot be built. */
export class BuildError extends Error {
  readonly code = "build_failed";
  constructor(readonly what: string, readonly faults: readonly string[]) {
    super(`Cannot build ${what}: ${faults.join("\n")}`);
    this.name = "BuildError";
  }
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
export function hashOfInputs(inputs: readonly string[]): string {
  const paths = inputs.flatMap((path) => [...filesUnder(path)])
    .filter((path) => !/_test\.tsx?$/.test(path));
  return sha256(Deno.version.deno, ...paths.flatMap((path) => [path, Deno.readFileSync(path)]));
}

/** The hash that the present output of a folder was built of; null where there is none. */
export function hashOfOutput(folder: string): string | null {
  try {
    const manifest: unknown = JSON.parse(Deno.readTextFileSync(`${folder}/manifest.json`));
    const inputs: unknown = Reflect.get(Object(manifest), "inputs");
    return typeof inputs === "string" ? inputs : null;
  } catch {
    return null;
  }
}

/** Writes a file whole or not at all: somebody may be reading. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const part = `${path}.${Deno.pid}.part`;
  if (typeof content === "string") Deno.writeTextFileSync(part, content);
  else Deno.writeFileSync(part, content);
  Deno.renameSync(part, path);
}

/** Removes files of a folder that were written long ago and are not to be kept. */
export function removeOld(folder: string, kept: ReadonlySet<string>): void {
  for (const { name } of Deno.readDirSync(folder)) {
    if (kept.has(name)) continue;
    const path = `${folder}/${name}`;
    const writtenAt = Deno.statSync(path).mtime?.getTime() ?? 0;
    if (Date.now() - writtenAt > KEEP_MS) Deno.removeSync(path);
  }
}

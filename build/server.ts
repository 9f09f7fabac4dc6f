/**
 * Builds the server: the program and all that it imports in few files, which take a fifth less memory than the
 * modules do; docs/decisions/0022_bundle.md has the figures. Source maps lead errors back to the source.
 */
import { BuildError, hashOfInputs, hashOfOutput, removeOld, writeWhole } from "./output.ts";

/** Where it is put; paths are from the project's root. */
export const SERVER_OUTPUT = "dist/server";
const WHAT = "the server";
const ENTRY = "main.js";

/** A change in any of these makes the output stale; nothing of the dashboard is in it. */
function inputs(): string[] {
  const source = [...Deno.readDirSync("src")].map(({ name }) => `src/${name}`)
    .filter((path) => path !== "src/dashboard").sort();
  return ["main.ts", ...source, "migrations", "build", "deno.json", "deno.lock"];
}

/**
 * Builds the server where it is not built of what is there now. What it was stays loadable meanwhile.
 *
 * @param force builds in any case
 * @returns false where nothing had changed
 * @throws {BuildError}
 */
export async function buildServer(force = false): Promise<boolean> {
  const hash = hashOfInputs(inputs());
  if (!force && hash === hashOfOutput(SERVER_OUTPUT)) return false;
  const { success, errors, outputFiles = [] } = await Deno.bundle({
    entrypoints: ["main.ts"],
    outputDir: SERVER_OUTPUT,
    platform: "deno",
    format: "esm",
    codeSplitting: true,
    sourcemap: "linked",
    write: false,
  });
  if (!success) throw new BuildError(WHAT, errors.map(({ text }) => text));
  Deno.mkdirSync(SERVER_OUTPUT, { recursive: true });
  const files = new Map(
    outputFiles.map(({ path, contents }) => [path.split("/").at(-1) ?? path, contents] as const),
  );
  const entry = files.get(ENTRY);
  if (entry === undefined) throw new BuildError(WHAT, [`the bundle has no ${ENTRY}`]);
  // Last the one whose name stays the same: it names the others, whose names tell their content.
  for (const [name, bytes = new Uint8Array()] of files) {
    if (name !== ENTRY) writeWhole(`${SERVER_OUTPUT}/${name}`, bytes);
  }
  writeWhole(`${SERVER_OUTPUT}/${ENTRY}`, entry);
  writeWhole(
    `${SERVER_OUTPUT}/manifest.json`,
    JSON.stringify({ inputs: hash, files: [...files.keys()] }),
  );
  removeOld(SERVER_OUTPUT, new Set([...files.keys(), "manifest.json"]));
  return true;
}

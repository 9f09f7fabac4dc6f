/**
 * Builds the server: the program and all that it imports in few files, which take a fifth less memory than the
 * modules do; docs/decisions/0022_bundle.md has the figures. Source maps lead errors back to the source.
 */
import { build, BuildError, type Output } from "./output.ts";

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

/** The program, and what it loads: last the one whose name stays the same, for it names the others. */
async function bundle(): Promise<Output> {
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
  const files = new Map(
    outputFiles.map(({ path, contents = new Uint8Array() }) =>
      [path.split("/").at(-1) ?? path, contents] as const
    ),
  );
  const entry = files.get(ENTRY);
  if (entry === undefined) throw new BuildError(WHAT, [`the bundle has no ${ENTRY}`]);
  files.delete(ENTRY);
  return files.set(ENTRY, entry);
}

/** Builds the server where it is stale. */
export function buildServer(force = false): Promise<boolean> {
  return build(SERVER_OUTPUT, inputs(), force, bundle);
}

/** What `deno task build` makes, of the source as it is. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

let built: Promise<void> | null = null;

async function build(): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--frozen", "--unstable-bundle", "-A", "build/run.ts"],
    cwd: ROOT,
    stdin: "null",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** Builds the dashboard and the server, once, where they are not built of what is there now. */
export function ensureBuilt(): Promise<void> {
  return built ??= build();
}

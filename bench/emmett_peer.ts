/** The peer: `@event-driven-io/emmett-sqlite` on Node, installed by npm into a folder of its own. */
import { join } from "node:path";

const PACKAGES = [
  "@event-driven-io/emmett@0.38.5",
  "@event-driven-io/emmett-sqlite@0.38.5",
  "sqlite3@5.1.7",
];
const BATCHES = 50;

/** What the peer needs, in milliseconds per event. */
export interface PeerFigures {
  readonly singleMs: number;
  readonly batchMs: number;
  readonly readMs: number;
}

async function run(cwd: string, command: string, args: string[]): Promise<string> {
  const output = await new Deno.Command(command, { args, cwd, stdout: "piped", stderr: "piped" })
    .output();
  if (!output.success) {
    const text = new TextDecoder().decode(output.stderr).trim().split("\n");
    throw new Error(`${command} ${args[0]} exited with ${output.code}: ${text.at(-1)}`);
  }
  return new TextDecoder().decode(output.stdout);
}

let figures: Promise<PeerFigures | string> | undefined;

/** Installs and runs the peer once; a text says why it could not be measured. */
export function measureEmmett(dir: string): Promise<PeerFigures | string> {
  figures ??= (async () => {
    try {
      const home = join(dir, "emmett");
      await Deno.mkdir(home);
      await Deno.writeTextFile(join(home, "package.json"), '{"private":true,"type":"module"}');
      await run(home, "npm", ["install", "--no-audit", "--no-fund", ...PACKAGES]);
      await Deno.copyFile(new URL("./peers/emmett.mjs", import.meta.url), join(home, "peer.mjs"));
      const out = await run(home, "node", [
        "peer.mjs",
        join(home, "peer.db"),
        "500",
        `${BATCHES}`,
        "100",
      ]);
      const { singleMs, batchMs, batchEvents, read, readMs } = JSON.parse(out);
      return { singleMs, batchMs: batchMs / batchEvents, readMs: readMs / read };
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  })();
  return figures;
}

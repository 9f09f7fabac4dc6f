/** Places beside a server's answers where a secret might stand: its files, and what commands say. */
import type { Said } from "./canary_search.ts";
import { runCommand } from "./server_process.ts";

/** Everything that shows something of a data directory, and under which name. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "doctor": ["doctor"],
  "doctor --json": ["doctor", "--json"],
  "keys list": ["keys", "list"],
  "keys list --json": ["keys", "list", "--json"],
  "alerts list": ["alerts", "list"],
  "alerts deliveries": ["alerts", "deliveries", "--json"],
  "alerts test": ["alerts", "test", "file"],
  "export": ["export"],
  "export csv": ["export", "--format", "csv"],
  "export ledger": ["export", "--format", "ledger"],
  "events": ["events", "--json"],
  "verify": ["verify"],
  "permissions": ["permissions", "--for", "serve"],
};

/** The names of what {@link runCommands} notes. */
export const COMMAND_PLACES = Object.keys(COMMANDS);

/** Runs each command, and notes what it says on both outputs. */
export async function runCommands(env: Record<string, string>, said: Said): Promise<void> {
  for (const [place, args] of Object.entries(COMMANDS)) {
    const { out, err } = await runCommand(args, env);
    said.add(place, `${out}\n${err}`);
  }
}

/** Notes what stands in the files of a folder and of those in it, byte for byte. */
export function readFiles(folder: string, place: string, said: Said): void {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) readFiles(`${folder}/${name}`, place, said);
    else said.add(place, new TextDecoder("latin1").decode(Deno.readFileSync(`${folder}/${name}`)));
  }
}

/** The program: hands the command line over to src/cli. Each subcommand is loaded only when asked for. */
import { readEnvironment } from "./src/cli/environment.ts";
import { type CommandEntry, runCommandLine } from "./src/cli/run.ts";

const COMMANDS: readonly CommandEntry[] = [
  {
    name: "permissions",
    summary: "Print the permissions that a subcommand needs under this environment.",
    load: async () => (await import("./src/cli/permissions.ts")).command,
  },
];

if (import.meta.main) {
  Deno.exit(await runCommandLine(Deno.args, readEnvironment(), COMMANDS));
}

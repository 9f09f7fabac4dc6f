/** The program: hands the command line over to src/cli. Each subcommand is loaded only when asked for. */
import { readEnvironment } from "./src/cli/environment.ts";
import { type CommandEntry, runCommandLine } from "./src/cli/run.ts";

const COMMANDS: readonly CommandEntry[] = [
  {
    name: "serve",
    summary: "Poll the upstreams, keep the log, serve the API, the streams and the dashboard.",
    load: async () => (await import("./src/cli/serve.ts")).command,
  },
  {
    name: "stop",
    summary: "Stop the server that has the data directory.",
    load: async () => (await import("./src/cli/stop.ts")).command,
  },
  {
    name: "replay",
    summary: "Fold the log anew, or prove that what is stored is what it folds to.",
    load: async () => (await import("./src/cli/replay.ts")).command,
  },
  {
    name: "verify",
    summary: "Check every event of the log: positions, times, hashes, Merkle root.",
    load: async () => (await import("./src/cli/verify.ts")).command,
  },
  {
    name: "events",
    summary: "Show events of the log, filtered.",
    load: async () => (await import("./src/cli/events.ts")).command,
  },
  {
    name: "export",
    summary: "Write the event log as NDJSON, as CSV, or as a journal for ledger and hledger.",
    load: async () => (await import("./src/cli/export.ts")).command,
  },
  {
    name: "backup",
    summary: "Copy the event log into one file, and check every event of the copy.",
    load: async () => (await import("./src/cli/backup.ts")).command,
  },
  {
    name: "keys",
    summary: "Make, list and revoke the API keys that a server asks for.",
    load: async () => (await import("./src/cli/keys.ts")).command,
  },
  {
    name: "alerts",
    summary: "Show the rules of alerts and what was sent; try a webhook.",
    load: async () => (await import("./src/cli/alerts.ts")).command,
  },
  {
    name: "doctor",
    summary: "Check the configuration, the upstreams, Redis, the disk and the databases.",
    load: async () => (await import("./src/cli/doctor.ts")).command,
  },
  {
    name: "sandbox",
    summary: "Run the stand-in upstreams alone.",
    load: async () => (await import("./src/cli/sandbox.ts")).command,
  },
  {
    name: "permissions",
    summary: "Print the permissions that a subcommand needs under this environment.",
    load: async () => (await import("./src/cli/permissions.ts")).command,
  },
];

if (import.meta.main) {
  Deno.exit(await runCommandLine(Deno.args, readEnvironment(), COMMANDS));
}

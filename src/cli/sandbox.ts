/** `sandbox`: runs the stand-in upstreams alone, for another server or for trying things out. */
import { systemClock } from "../log/system_clock.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import type { Command } from "./command.ts";
import { readConfig } from "./config.ts";
import { prepareFolder } from "./folder.ts";
import { print, printError, printJson } from "./output.ts";
import { untilSignal } from "./signals.ts";

/** The subcommand. */
export const command: Command = {
  name: "sandbox",
  summary: "Run the stand-in upstreams alone.",
  details:
    "Prints the environment with which a server reads from them, then runs until Ctrl-C. The private\n" +
    "key stays in its folder under PNL_DATA_DIR. A server that uses them is live to itself: give it\n" +
    "a data directory of its own. On standard error stands where they take faults.",
  options: { json: { type: "boolean", help: "The environment as JSON." } },
  async run({ options, env }) {
    const config = readConfig(env);
    const dataDir = `${config.dataDir}/stand-in`;
    prepareFolder(dataDir, "PNL_DATA_DIR");
    const sandbox = await startSandbox({ clock: systemClock, seed: config.sandboxSeed, dataDir });
    const { kalshi, anthropic, revenue } = sandbox;
    const settings = {
      KALSHI_BASE_URL: kalshi.baseUrl,
      KALSHI_API_KEY_ID: kalshi.keyId,
      KALSHI_PRIVATE_KEY: kalshi.privateKeyPem.trim().replaceAll("\n", "\\n"),
      ANTHROPIC_BASE_URL: anthropic.baseUrl,
      ANTHROPIC_ADMIN_KEY: anthropic.adminKey,
      REVENUE_BASE_URL: revenue.baseUrl,
      ...(revenue.token === null ? {} : { REVENUE_API_TOKEN: revenue.token }),
    };
    if (options.json === true) printJson(settings);
    else for (const [name, value] of Object.entries(settings)) print(`${name}='${value}'`);
    printError(`Faults: POST ${sandbox.faultsUrl}`);
    await untilSignal();
    await sandbox.stop();
    return 0;
  },
};

/** `permissions`: prints the flags of `deno run` that a subcommand needs. */
import type { AlertRules } from "../alerts/rules.ts";
import { readAlertRules } from "./alert_settings.ts";
import { type Command, UsageError } from "./command.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { flagsOf, GRANTED, grantsOf, isGranted } from "./grants.ts";
import { print, printError, printJson } from "./output.ts";

/**
 * Keeps the young generation of the server's heap at its smallest, 1 MiB a half-space instead of 16: what a
 * burst leaves there is not kept for ever (docs/decisions/0021_memory.md).
 */
const SERVE_MEMORY = "--v8-flags=--max-semi-space-size=1";

/** The configuration, or null where it is invalid and a launcher leaves it to the command to say so. */
function configOrNull(env: Readonly<Record<string, string | undefined>>, launch: boolean) {
  try {
    return readConfig(env);
  } catch (error) {
    if (launch && error instanceof ConfigError) return null;
    throw error;
  }
}

/** The rules of alerts; null where there are none, or where a launcher leaves what is wrong to the command. */
function alertsOrNull(config: Config | null, launch: boolean): AlertRules | null {
  try {
    return config === null ? null : readAlertRules(config);
  } catch (error) {
    if (launch && error instanceof ConfigError) return null;
    throw error;
  }
}

function warn(config: Config | null): void {
  for (const warning of config?.warnings ?? []) printError(`Warning: ${warning}`);
}

/** The subcommand. */
export const command: Command = {
  name: "permissions",
  summary: "Print the permissions that a subcommand needs under this environment.",
  details: "The tasks in deno.json start each subcommand with exactly these flags:\n" +
    "  deno run $(deno task permissions) main.ts serve\n" +
    "Those of serve have a setting of its memory beside them.",
  options: {
    for: { type: "string", value: "NAME", help: `One of ${GRANTED.join(", ")}; default serve.` },
    launch: {
      type: "boolean",
      help: "For the tasks: where the environment is invalid, only what it takes to say so.",
    },
    json: { type: "boolean", help: "As JSON: lists by kind of permission." },
  },
  run({ options, env }) {
    const name = String(options.for ?? "serve");
    if (!isGranted(name)) {
      throw new UsageError(
        `permissions --for: ${JSON.stringify(name)} is not one of ${GRANTED.join(", ")}`,
      );
    }
    const launch = options.launch === true;
    const config = configOrNull(env, launch);
    warn(config);
    const grants = grantsOf(name, config, env, alertsOrNull(config, launch));
    if (options.json === true) printJson(grants);
    else {
      const memory = name === "serve" && config !== null ? [SERVE_MEMORY] : [];
      print([...flagsOf(grants), ...memory].join(" "));
    }
    return 0;
  },
};

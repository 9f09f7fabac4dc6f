/** The process's environment, as far as the process may see it. */
import type { Environment } from "./config.ts";
import { SETTING_NAMES } from "./settings.ts";

/** All of it where that is granted, else the settings one by one; what may not be seen is absent. */
export function readEnvironment(): Environment {
  if (Deno.permissions.querySync({ name: "env" }).state === "granted") return Deno.env.toObject();
  const env: Record<string, string> = {};
  for (const name of SETTING_NAMES) {
    if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") continue;
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** A variable that is no setting, such as a webhook's secret; undefined where it is not to be seen. */
export function readVariable(name: string, env: Environment): string | undefined {
  if (env[name] !== undefined) return env[name];
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

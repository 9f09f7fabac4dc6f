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

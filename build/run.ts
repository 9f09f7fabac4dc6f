/** `deno task build`: builds what is served, where it is stale. `--force` builds it in any case. */
import { print, printError } from "../src/cli/output.ts";
import { buildDashboard, OUTPUT } from "./dashboard.ts";
import { BuildError } from "./output.ts";
import { buildServer, SERVER_OUTPUT } from "./server.ts";

async function telling(what: string, output: string, build: () => Promise<boolean>): Promise<void> {
  const from = performance.now();
  if (!await build()) return;
  print(`Built ${what} into ${output} in ${Math.round(performance.now() - from)} ms.`);
}

if (import.meta.main) {
  try {
    const force = Deno.args.includes("--force");
    await telling("the dashboard", OUTPUT, () => buildDashboard(force));
    await telling("the server", SERVER_OUTPUT, () => buildServer(force));
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    printError(error.message);
    Deno.exit(1);
  }
}

/** `deno task build`: builds what is served, where it is stale. `--force` builds it in any case. */
import { print, printError } from "../src/cli/output.ts";
import { buildDashboard, BuildError, OUTPUT } from "./dashboard.ts";

if (import.meta.main) {
  try {
    const from = performance.now();
    if (await buildDashboard(Deno.args.includes("--force"))) {
      print(`Built the dashboard into ${OUTPUT} in ${Math.round(performance.now() - from)} ms.`);
    }
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    printError(error.message);
    Deno.exit(1);
  }
}

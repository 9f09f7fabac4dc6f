/** Exits with 0 where the server in the same container is ready, else with 1 and the reason. */
import { printError } from "../src/cli/output.ts";

const PORT = Deno.env.get("PORT") || "3000";
const TIMEOUT_MS = 4_000;

try {
  const response = await fetch(`http://127.0.0.1:${PORT}/readyz`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`/readyz answered ${response.status}: ${text.slice(0, 500)}`);
} catch (error) {
  printError(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}

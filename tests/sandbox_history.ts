/** A data directory with the history of the sandbox in it, for the subcommands. */
import { DatabaseSync } from "node:sqlite";
import { startServerProcess, until, withFolder } from "./server_process.ts";

/** Works on a folder whose sandbox has run until its history was in the log; the server is stopped again. */
export async function withHistory(
  work: (env: Record<string, string>, dataDir: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (env, folder) => {
    const server = await startServerProcess({ ...env, PNL_INTERVAL_MS: "100" });
    await until(
      async () => ({
        history: await (await fetch(`${server.url}/api/pnl/history?limit=1`)).json(),
        current: await (await fetch(`${server.url}/api/pnl/current`)).json(),
      }),
      ({ history, current }) => history.items.length > 0 && current.quality.complete,
      15_000,
    );
    await server.end("SIGTERM");
    await work({ ...env, PNL_INTERVAL_MS: "100" }, `${folder}/data/sandbox`);
  });
}

/** The lines of the log of a data directory, read past the program. */
export function storedLines(dataDir: string): string[] {
  const db = new DatabaseSync(`${dataDir}/events.db`, { readOnly: true });
  const rows = db.prepare("SELECT line FROM events ORDER BY position").all();
  db.close();
  return rows.map(({ line }) => String(line));
}

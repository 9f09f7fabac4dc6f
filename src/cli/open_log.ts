/** Opens the event log for a subcommand that only reads it; a server may be running on it. */
import { openSqliteEventLog, type SqliteEventLog } from "../log/sqlite_event_log.ts";
import { systemClock } from "../log/system_clock.ts";
import { CommandError } from "./command.ts";
import type { Config } from "./config.ts";

/** Path of the event log's file. */
export function logPath(config: Config): string {
  return `${config.dataDir}/events.db`;
}

/**
 * Opens the log for reading.
 *
 * @throws {CommandError} where there is none
 */
export async function openLogToRead(config: Config): Promise<SqliteEventLog> {
  const path = logPath(config);
  try {
    Deno.statSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CommandError(
      `There is no event log at ${path}. deno task start makes one; PNL_DATA_DIR says where ` +
        `(without credentials of an upstream, its folder sandbox is used).`,
    );
  }
  return await openSqliteEventLog({ path, clock: systemClock, readOnly: true });
}

/** `backup`: copies the event log into one file, while a server may be appending. */
import { BackupError, backupLog, type BackupOptions, type BackupReport } from "../log/backup.ts";
import { systemClock } from "../log/system_clock.ts";
import { ProgressMeter } from "../projection/progress.ts";
import { type Command, CommandError } from "./command.ts";
import { readConfig } from "./config.ts";
import { logPath, openLogToRead } from "./open_log.ts";
import { print, printJson } from "./output.ts";
import { ProgressLine, standardError } from "./progress_line.ts";

/** A line for the copying, in pages, and one for the checking, in events. */
function showProgress(): { readonly show: NonNullable<BackupOptions["onProgress"]>; end(): void } {
  let line: ProgressLine | null = null;
  let meter: ProgressMeter | null = null;
  let current: string | null = null;
  const end = () => line?.end();
  return {
    show: (step, done, total) => {
      if (step !== current || line === null || meter === null) {
        end();
        line = new ProgressLine(standardError());
        meter = new ProgressMeter(systemClock, total);
        current = step;
      }
      line.show(meter.at(done, null));
    },
    end,
  };
}

function printReport(file: string, { logId, events, root, bytes }: BackupReport): void {
  print(`Wrote ${file}: ${events} events of log ${logId}, ${bytes} bytes, every event checked.`);
  print(`Merkle root ${root}`);
}

/** Where the permissions do not reach, what to do about it. */
function worded(target: string, error: unknown): unknown {
  if (!(error instanceof BackupError) || !(error.cause instanceof Deno.errors.NotCapable)) {
    return error;
  }
  const allowed = "a backup may only be written inside the project's folder, PNL_DATA_DIR or " +
    "PNL_BACKUP_DIR";
  return new CommandError(`Cannot write ${target}: ${allowed}`, { cause: error });
}

/** The subcommand. */
export const command: Command = {
  name: "backup",
  summary: "Copy the event log into one file, and check every event of the copy.",
  details: "A server may be running. The file has to be new, and inside the project's folder,\n" +
    "PNL_DATA_DIR or PNL_BACKUP_DIR. To restore it, stop the server, put it in the place of\n" +
    "events.db, remove events.db-wal and events.db-shm, and start again.",
  options: { json: { type: "boolean", help: "The report as JSON." } },
  positionals: ["file"],
  async run({ options, positionals, env }) {
    const config = readConfig(env);
    const [target = ""] = positionals;
    // Says what to do where there is no log.
    (await openLogToRead(config)).close();
    const progress = showProgress();
    let report: BackupReport;
    try {
      const { show: onProgress } = progress;
      report = await backupLog({ path: logPath(config), target, clock: systemClock, onProgress });
    } catch (error) {
      throw worded(target, error);
    } finally {
      progress.end();
    }
    if (options.json === true) printJson({ file: target, ...report });
    else printReport(target, report);
    return 0;
  },
};

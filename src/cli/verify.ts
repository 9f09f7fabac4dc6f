/** `verify`: holds the whole log against itself; only its lines are believed. */
import { systemClock } from "../log/system_clock.ts";
import { verifyLog, type VerifyReport } from "../log/verify.ts";
import { ProgressMeter } from "../projection/progress.ts";
import type { Command } from "./command.ts";
import { readConfig } from "./config.ts";
import { openLogToRead } from "./open_log.ts";
import { print, printJson } from "./output.ts";
import { ProgressLine, standardError } from "./progress_line.ts";

function printReport({ logId, events, root, fault }: VerifyReport): void {
  if (fault !== null) {
    print(`Fault at position ${fault.position}, ${fault.what}:`);
    print(`  expected: ${fault.expected}`);
    print(`  actual:   ${fault.actual}`);
    print(`${events} events before it are good.`);
    return;
  }
  print(`Good: ${events} events of log ${logId}.`);
  print(`Merkle root ${root}`);
}

/** The subcommand. */
export const command: Command = {
  name: "verify",
  summary: "Check every event of the log: positions, times, hashes, Merkle root.",
  details:
    "Computes everything anew from the lines and compares it with what is stored. A server may be\n" +
    "running. Exit 1 and the first fault where there is one.",
  options: { json: { type: "boolean", help: "The report as JSON." } },
  async run({ options, env }) {
    using log = await openLogToRead(readConfig(env));
    const line = new ProgressLine(standardError());
    const meter = new ProgressMeter(systemClock, log.head().position);
    const report = verifyLog(log, (done) => line.show(meter.at(done, null)));
    line.end();
    if (options.json === true) printJson({ ok: report.fault === null, ...report });
    else printReport(report);
    return report.fault === null ? 0 : 1;
  },
};

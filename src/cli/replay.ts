/** `replay`: builds the projection anew from the log, or proves that what is stored is what the log makes. */
import { systemClock } from "../log/system_clock.ts";
import { rebuild, type RebuildReport } from "../projection/rebuild.ts";
import { verifyReplay, type VerifyReplayReport } from "../projection/verify_replay.ts";
import type { Difference } from "../projection/difference.ts";
import { openCurrentReadOnly } from "../projection/read_only_build.ts";
import { type Command, type CommandContext, CommandError, UsageError } from "./command.ts";
import { type Config, readConfig } from "./config.ts";
import { wholeOption } from "./filters.ts";
import { openLogToRead } from "./open_log.ts";
import { print, printJson } from "./output.ts";
import { ProgressLine, standardError } from "./progress_line.ts";

/** Both end it in good order: no half file is left behind. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

interface Range {
  readonly from?: number;
  readonly to?: number;
}

/** @throws {UsageError} where the range is none */
function rangeOf(options: CommandContext["options"]): Range {
  const from = wholeOption(options, "from", 1);
  const to = wholeOption(options, "to", 1);
  if (from !== undefined && to !== undefined && from > to) {
    throw new UsageError(`--from: ${from} is above --to ${to}`);
  }
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/**
 * A check of a range that held nothing against anything must not look clean.
 *
 * @throws {UsageError} where no final snapshot lies in the range
 * @throws {CommandError} where there is nothing to hold a range against
 */
function assertCompared(
  { from, to }: Range,
  dataDir: string,
  compared: number | null,
  reason = "",
): void {
  if (from === undefined && to === undefined) return;
  if (compared === null) throw new CommandError(`Cannot compare the range: ${reason}`);
  if (compared > 0) return;
  const [first, last] = [from ?? 1, to ?? "the end"];
  throw new UsageError(
    `Cannot compare positions ${first} to ${last}: no final snapshot stands there; ` +
      nearestFinals(dataDir, from ?? 1),
  );
}

/** Where final snapshots stand, for a range that holds none and begins at `from`. */
function nearestFinals(dataDir: string, from: number): string {
  using build = openCurrentReadOnly(dataDir);
  const [before] = build.reader.finalsBefore(from, 1);
  const [after] = build.reader.finalsAfter(from - 1, 1);
  const found = [
    ...(before === undefined ? [] : [`the one before stands at ${before.position}`]),
    ...(after === undefined ? [] : [`the next one stands at ${after.position}`]),
  ];
  return found.length === 0 ? "none is stored yet" : found.join(", ");
}

function printDifference({ what, position, stored, recomputed }: Difference): void {
  print(`First difference at position ${position}, ${what}:`);
  print(`  stored:     ${stored ?? "nothing"}`);
  print(`  recomputed: ${recomputed ?? "nothing"}`);
}

function printVerified(report: VerifyReplayReport): void {
  const { ok, compared, position, firstDifference } = report;
  if (firstDifference !== undefined) printDifference(firstDifference);
  const end = `up to position ${position}`;
  if (!ok) {
    print(`Not clean: ${compared} final snapshots were the same before the first difference.`);
  } else if (compared === 0) print(`Nothing to compare: no window is final yet ${end}.`);
  else print(`Clean: ${compared} final snapshots ${end} are what the log makes, byte for byte.`);
}

function printRebuilt(report: RebuildReport): void {
  const { finals, position, elapsedMs, comparison, quarantined } = report;
  if (comparison.firstDifference !== undefined) printDifference(comparison.firstDifference);
  print(`Folded ${position} events into ${finals} final snapshots in ${elapsedMs} ms.`);
  if (quarantined > 0) print(`${quarantined} events could not be folded.`);
  print(
    report.moved
      ? `The projection is now ${report.build}; a running server goes over to it.`
      : "A trial of a range: nothing was replaced.",
  );
}

/** Does the work under a progress line. Returns whether it is clean. */
async function replay(
  config: Config,
  range: Range,
  verify: boolean,
  json: boolean,
): Promise<boolean> {
  using log = await openLogToRead(config);
  const line = new ProgressLine(standardError());
  const ending = new AbortController();
  const onSignal = () => ending.abort(new CommandError("Cancelled; nothing was changed"));
  for (const signal of SIGNALS) Deno.addSignalListener(signal, onSignal);
  const common = {
    log,
    dataDir: config.dataDir,
    clock: systemClock,
    signal: ending.signal,
    onProgress: line.show.bind(line),
    ...range,
  };
  try {
    if (verify) {
      const report = await verifyReplay(common).finally(() => line.end());
      if (report.ok) assertCompared(range, config.dataDir, report.compared);
      if (json) printJson(report);
      else printVerified(report);
      return report.ok;
    }
    const report = await rebuild({ ...common, windowMs: config.intervalMs })
      .finally(() => line.end());
    const { comparison } = report;
    if (comparison.firstDifference === undefined) {
      assertCompared(range, config.dataDir, comparison.compared, comparison.reason);
    }
    if (json) printJson(report);
    else printRebuilt(report);
    return report.moved || comparison.firstDifference === undefined;
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, onSignal);
  }
}

/** The subcommand. */
export const command: Command = {
  name: "replay",
  summary: "Fold the log anew, or prove that what is stored is what it folds to.",
  details: [
    "Builds the projection in a file of its own beside the current one, from the first event, and then",
    "makes it the current one. A running server goes on meanwhile and follows.",
    "--verify changes nothing: it folds the log and compares every stored snapshot byte for byte.",
    "With --from or --to only snapshots at these positions are compared, and nothing is replaced.",
    "A final snapshot stands at the last event of its window, so a short range may hold none: nothing",
    "was compared then, which is exit 2 and says where the nearest ones stand.",
  ].join("\n"),
  options: {
    verify: {
      type: "boolean",
      help: "Compare only; exit 1 and the first difference where there is one.",
    },
    from: { type: "string", value: "N", help: "Compare from this position." },
    to: { type: "string", value: "N", help: "Compare up to this position." },
    json: { type: "boolean", help: "The report as JSON." },
  },
  async run({ options, env }) {
    const config = readConfig(env);
    const range = rangeOf(options);
    const clean = await replay(config, range, options.verify === true, options.json === true);
    return clean ? 0 : 1;
  },
};

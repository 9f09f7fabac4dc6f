/** The log of what the server does: readable lines in the terminal, JSON lines in files that roll. */
import { getRotatingFileSink } from "@logtape/file";
import {
  configure,
  dispose,
  getConsoleSink,
  getTextFormatter,
  jsonLinesFormatter,
} from "@logtape/logtape";
import { CommandError } from "./command.ts";
import type { Config } from "./config.ts";
import { prepareFolder } from "./folder.ts";

const FILE_BYTES = 10_000_000;
const FILES = 5;

/** What a value looks like in the terminal: no quotes, and of an error what it says; the files say all. */
function terminalText(value: unknown, inspect: (value: unknown) => string): string {
  if (typeof value === "string") return value;
  return value instanceof Error ? value.message : inspect(value);
}

/** Edges may stand beside their writer and one another, and two processes cannot roll one file. */
function fileName({ role, port }: Config): string {
  return role === "edge" ? `pnl-stream-edge-${port}.log` : "pnl-stream.log";
}

/**
 * Starts logging: at `LOG_LEVEL` to the terminal and to `<LOG_DIR>/pnl-stream.log` (of an edge
 * `pnl-stream-edge-<port>.log`), at most 50 MB.
 *
 * @returns what writes out the rest and ends it
 * @throws {CommandError} where the folder cannot be written
 */
export async function startLogging(config: Config): Promise<() => Promise<void>> {
  const path = `${config.logDir}/${fileName(config)}`;
  prepareFolder(config.logDir, "LOG_DIR");
  try {
    await configure({
      sinks: {
        terminal: getConsoleSink({
          formatter: getTextFormatter({ timestamp: "time", value: terminalText }),
        }),
        file: getRotatingFileSink(path, {
          formatter: jsonLinesFormatter,
          maxSize: FILE_BYTES,
          maxFiles: FILES,
        }),
      },
      loggers: [
        { category: "pnl", lowestLevel: config.logLevel, sinks: ["terminal", "file"] },
        { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["terminal"] },
      ],
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Cannot write the log file ${path} (LOG_DIR): ${why}`, { cause: error });
  }
  return dispose;
}

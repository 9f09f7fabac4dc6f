/** The log of what the server does: readable lines in the terminal, JSON lines in files that roll. */
import { AsyncLocalStorage } from "node:async_hooks";
import { getRotatingFileSink } from "@logtape/file";
import {
  configure,
  getAnsiColorFormatter,
  getConsoleSink,
  getTextFormatter,
  jsonLinesFormatter,
  reset,
  type Sink,
  withFilter,
} from "@logtape/logtape";
import { CommandError } from "./command.ts";
import type { Config } from "./config.ts";
import { prepareFolder } from "./folder.ts";
import { Redactor } from "./logging_redaction.ts";
import { secretsOf } from "./logging_secrets.ts";

/** How large the files become. */
export interface LogBounds {
  /** Bytes of a file before it is rolled: a little more, for what comes at once is written whole. */
  readonly combinedBytes: number;
  readonly errorBytes: number;
  /** Files kept beside the one that is written, of each kind. */
  readonly rolled: number;
}

/** At most 50 MB of everything, and 10 MB of errors, which stay longer for that. */
const BOUNDS: LogBounds = { combinedBytes: 10_000_000, errorBytes: 2_000_000, rolled: 4 };
/** What is said is in the file after this time, milliseconds; writing does not hold up who says it. */
const FLUSH_MS = 500;

/** What a value looks like in the terminal: no quotes, and of an error what it says; the files say all. */
function terminalText(value: unknown, inspect: (value: unknown) => string): string {
  if (typeof value === "string") return value;
  return value instanceof Error ? value.message : inspect(value);
}

/** Lines with colours for people; plain ones for pipes, and where `NO_COLOR` asks for them. */
function terminalSink(): Sink {
  const colours = !Deno.noColor && Deno.stdout.isTerminal() && Deno.stderr.isTerminal();
  const options = { timestamp: "time", value: terminalText } as const;
  const formatter = colours ? getAnsiColorFormatter(options) : getTextFormatter(options);
  return getConsoleSink({ formatter });
}

/** Edges may stand beside their writer and one another, and two processes cannot roll one file. */
function fileName(kind: "combined" | "error", { role, port }: Config): string {
  return role === "edge" ? `${kind}-edge-${port}.log` : `${kind}.log`;
}

/** A file of JSON lines that rolls. */
function fileSink(path: string, maxSize: number, maxFiles: number) {
  return getRotatingFileSink(path, {
    formatter: jsonLinesFormatter,
    maxSize,
    maxFiles,
    flushInterval: FLUSH_MS,
    nonBlocking: true,
  });
}

/** The same sink, which never sees a secret; ended as the sink is. */
function redacted(sink: Sink & Partial<AsyncDisposable>, redactor: Redactor): Sink {
  const clean: Sink & Partial<AsyncDisposable> = (record) => sink(redactor.record(record));
  const end = sink[Symbol.asyncDispose]?.bind(sink);
  if (end !== undefined) clean[Symbol.asyncDispose] = end;
  return clean;
}

/** Opens the sinks. What reaches any of them has gone through the redactor. */
function openSinks(config: Config, bounds: LogBounds, secrets: readonly string[]) {
  const redactor = new Redactor([...secretsOf(config), ...secrets]);
  const open = (kind: "combined" | "error", bytes: number) => {
    const path = `${config.logDir}/${fileName(kind, config)}`;
    try {
      return redacted(fileSink(path, bytes, bounds.rolled), redactor);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new CommandError(`Cannot write the log file ${path} (LOG_DIR): ${why}`, {
        cause: error,
      });
    }
  };
  return {
    terminal: redacted(terminalSink(), redactor),
    combined: open("combined", bounds.combinedBytes),
    error: open("error", bounds.errorBytes),
  };
}

/**
 * Starts logging: at `LOG_LEVEL` to the terminal and to `<LOG_DIR>/combined.log`, and what is an error or
 * worse to `<LOG_DIR>/error.log` too; of an edge these are `combined-edge-<port>.log` and
 * `error-edge-<port>.log`. No sink sees a secret.
 *
 * @param secrets what no line may hold, beside the credentials of the configuration
 * @returns what writes out the rest and ends it
 * @throws {CommandError} where the folder cannot be written
 */
export async function startLogging(
  config: Config,
  bounds: LogBounds = BOUNDS,
  secrets: readonly string[] = [],
): Promise<() => Promise<void>> {
  prepareFolder(config.logDir, "LOG_DIR");
  const { terminal, combined, error } = openSinks(config, bounds, secrets);
  await configure({
    contextLocalStorage: new AsyncLocalStorage(),
    sinks: { terminal, combined, error: withFilter(error, "error") },
    loggers: [
      {
        category: "pnl",
        lowestLevel: config.logLevel,
        sinks: ["terminal", "combined", "error"],
      },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["terminal"] },
    ],
  });
  return reset;
}

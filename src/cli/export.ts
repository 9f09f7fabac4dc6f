/** `export`: the log as NDJSON, the very lines that it holds, or as CSV. */
import { csvHeader, csvLine } from "../log/event_csv.ts";
import type { EventLog } from "../log/event_log.ts";
import { writeAtomically } from "./atomic_file.ts";
import { type Command, UsageError } from "./command.ts";
import { readConfig } from "./config.ts";
import { FILTER_OPTIONS, type Filters, readFilters } from "./filters.ts";
import { openLogToRead } from "./open_log.ts";
import { printError, write } from "./output.ts";
import { pages } from "./pages.ts";

/** The export in pieces of text, a page of events each. */
export function* exportPieces(
  log: EventLog,
  filters: Filters,
  format: "ndjson" | "csv",
): Generator<string> {
  if (format === "csv") yield csvHeader();
  for (const page of pages(log, filters)) {
    yield page.map((line) => format === "csv" ? csvLine(line) : `${line.line}\n`).join("");
  }
}

function formatOf(text: string): "ndjson" | "csv" {
  if (text === "ndjson" || text === "csv") return text;
  throw new UsageError(`--format: ${JSON.stringify(text)} is not one of ndjson, csv`);
}

/** The subcommand. */
export const command: Command = {
  name: "export",
  summary: "Write the event log as NDJSON or CSV.",
  details:
    "NDJSON holds the log's own lines, byte for byte: a Merkle leaf is the SHA-256 of 0x00 and\n" +
    "the line. CSV follows RFC 4180; a cell that a spreadsheet would take for a formula begins with '.",
  options: {
    format: { type: "string", value: "FORMAT", help: "ndjson (default) or csv." },
    output: {
      type: "string",
      value: "FILE",
      help:
        "Into this file, whole or not at all; it has to be inside the project's folder or PNL_DATA_DIR.",
    },
    ...FILTER_OPTIONS,
  },
  async run({ options, env }) {
    const config = readConfig(env);
    const format = formatOf(String(options.format ?? "ndjson"));
    const filters = readFilters(options, Number.MAX_SAFE_INTEGER);
    const log = await openLogToRead(config);
    try {
      const pieces = exportPieces(log, filters, format);
      if (typeof options.output === "string") {
        writeAtomically(options.output, pieces);
        printError(`Wrote ${options.output}.`);
      } else for (const piece of pieces) write(piece);
    } finally {
      log.close();
    }
    return 0;
  },
};

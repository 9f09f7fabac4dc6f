/** `export`: the log as NDJSON, the very lines that it holds, as CSV, or as a journal of bookkeeping. */
import { csvHeader, csvLine } from "../log/event_csv.ts";
import type { EventLog } from "../log/event_log.ts";
import { writeAtomically } from "./atomic_file.ts";
import { type Command, UsageError } from "./command.ts";
import { readConfig } from "./config.ts";
import { ledgerPieces } from "./export_ledger.ts";
import { FILTER_OPTIONS, type Filters, readFilters } from "./filters.ts";
import { openLogToRead } from "./open_log.ts";
import { printError, write } from "./output.ts";
import { pages } from "./pages.ts";

const FORMATS = ["ndjson", "csv", "ledger"] as const;

type Format = (typeof FORMATS)[number];

/** The export in pieces of text, a page of events each. */
export function* exportPieces(
  log: EventLog,
  filters: Filters,
  format: Format,
): Generator<string> {
  if (format === "ledger") return yield* ledgerPieces(log, filters);
  if (format === "csv") yield csvHeader();
  for (const page of pages(log, filters)) {
    yield page.map((line) => format === "csv" ? csvLine(line) : `${line.line}\n`).join("");
  }
}

function formatOf(text: string): Format {
  const format = FORMATS.find((known) => known === text);
  if (format !== undefined) return format;
  throw new UsageError(`--format: ${JSON.stringify(text)} is not one of ${FORMATS.join(", ")}`);
}

/** The subcommand. */
export const command: Command = {
  name: "export",
  summary: "Write the event log as NDJSON, as CSV, or as a journal for ledger and hledger.",
  details:
    "NDJSON holds the log's own lines, byte for byte: a Merkle leaf is the SHA-256 of 0x00 and\n" +
    "the line. CSV follows RFC 4180; a cell that a spreadsheet would take for a formula begins with '.\n" +
    "ledger is double-entry bookkeeping: what each event moved, exact, each entry adding up to zero, with\n" +
    "the position of its event as its code. A filter chooses entries, which move what they move without\n" +
    "it. A journal of all events up to some position ends with its balances, which are the figures of the\n" +
    "snapshot there.",
  options: {
    format: { type: "string", value: "FORMAT", help: "ndjson (default), csv or ledger." },
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

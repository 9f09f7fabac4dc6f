/** `events`: shows events of the log. */
import type { LogLine } from "../log/event_log.ts";
import type { RecordedEvent } from "../pnl/event.ts";
import { upcast } from "../pnl/upcast.ts";
import type { Command } from "./command.ts";
import { readConfig } from "./config.ts";
import { FILTER_OPTIONS, readFilters } from "./filters.ts";
import { openLogToRead } from "./open_log.ts";
import { print } from "./output.ts";
import { pages } from "./pages.ts";

const SHOWN = 100;

/** `data` in a few words: `fillId=…, count=…`, cut to what a line holds. */
function dataText(event: RecordedEvent): string {
  const words = Object.entries(event.data).map(([name, value]) =>
    `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`
  );
  const text = words.join(" ");
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

/** One line of the table. */
function tableLine({ position, line }: LogLine): string {
  const event = upcast(JSON.parse(line));
  const type = event.type.replace(/^pnl\./, "").replace(/\.v\d+$/, "");
  return [
    position.toString().padStart(9),
    event.time,
    type.padEnd(27),
    event.subject.padEnd(20),
    dataText(event),
  ].join("  ").trimEnd();
}

/** The subcommand. */
export const command: Command = {
  name: "events",
  summary: "Show events of the log, filtered.",
  options: {
    ...FILTER_OPTIONS,
    limit: { type: "string", value: "N", help: `At most N events; ${SHOWN} by default.` },
    json: { type: "boolean", help: "One event a line, as stored (NDJSON)." },
  },
  async run({ options, env }) {
    const config = readConfig(env);
    const filters = readFilters(options, SHOWN);
    const log = await openLogToRead(config);
    try {
      for (const page of pages(log, filters)) {
        for (const line of page) print(options.json === true ? line.line : tableLine(line));
      }
    } finally {
      log.close();
    }
    return 0;
  },
};

/** The log as CSV: RFC 4180, one column for each field that any event type has. */
import { csvCell } from "../pnl/csv_cell.ts";
import { EVENT_DATA } from "../pnl/event.ts";
import type { LogLine } from "./event_log.ts";

const FRAME = ["sequence", "recordedtime", "time", "source", "type", "subject", "id"] as const;

/** Every field of `data` in the catalogue, in the order in which the types name them. */
const FIELDS: readonly string[] = [
  ...new Set(Object.values(EVENT_DATA).flatMap((schema) => Object.keys(schema.shape))),
];

/** One cell; a list is JSON in it. */
export function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  return csvCell(typeof value === "string" ? value : JSON.stringify(value));
}

/** The header's line, with its line break. */
export function csvHeader(): string {
  return `${[...FRAME, ...FIELDS.map((field) => `data.${field}`)].join(",")}\r\n`;
}

/** An event's line, with its line break. Lists inside `data` are JSON in one cell. */
export function csvLine({ line }: LogLine): string {
  const event = JSON.parse(line) as Record<string, unknown> & { data: Record<string, unknown> };
  const cells = [
    ...FRAME.map((name) => cell(event[name])),
    ...FIELDS.map((field) => cell(event.data[field])),
  ];
  return `${cells.join(",")}\r\n`;
}

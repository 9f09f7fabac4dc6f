/** The line of an event, and the ids that the log makes. */
import { hash } from "node:crypto";
import { canonicalJson } from "../pnl/canonical.ts";
import type { EventSource, EventType } from "../pnl/event.ts";

/** A new event, ready to be written. */
export interface NewEvent {
  readonly position: number;
  readonly source: EventSource;
  readonly id: string;
  readonly type: EventType;
  readonly subject: string;
  readonly time: string;
  readonly recordedTime: string;
  readonly line: string;
}

/** The attributes of an event, as its line holds them. */
export interface EventAttributes {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: EventSource;
  readonly type: EventType;
  readonly subject: string;
  readonly time: string;
  readonly recordedtime: string;
  readonly sequence: string;
  readonly data: unknown;
}

/** The line of an event: RFC 8785 canonical JSON. The line *is* the record. */
export function eventLine(event: EventAttributes): string {
  return canonicalJson(event);
}

/** An observation's id: subject, recorded time and the first 16 hex digits of its content's SHA-256. */
export function observationId(subject: string, recordedTime: string, data: unknown): string {
  return `${subject}/${recordedTime}/${hash("sha256", canonicalJson(data), "hex").slice(0, 16)}`;
}

/** Lifting stored events of any version to the newest one. What is stored never changes; this does. */
import { EVENT_DATA, type EventType, type RecordedEvent } from "./event.ts";

/** An event as parsed from its line, of any version. */
export interface StoredEvent {
  readonly type: string;
  readonly data: unknown;
}

/** Lifts an event by one version: gives it the next type name and that version's data. */
export type Upcaster = (event: StoredEvent) => StoredEvent;

/** By the type name of the old version. Empty while every type is at its first version. */
const UPCASTERS: Readonly<Record<string, Upcaster>> = {};

/** No type goes through more versions than this; a chain that does is a circle. */
const MAX_STEPS = 100;

/** A stored event that this version of the program does not know. */
export class UpcastError extends Error {
  readonly code = "event_unknown";
  constructor(readonly type: string, reason: string) {
    super(`Cannot read event of type ${JSON.stringify(type.slice(0, 100))}: ${reason}`);
    this.name = "UpcastError";
  }
}

function isStored(value: unknown): value is StoredEvent {
  return typeof value === "object" && value !== null && "type" in value &&
    typeof value.type === "string" && "data" in value;
}

function isNewest(event: StoredEvent): event is RecordedEvent {
  return Object.hasOwn(EVENT_DATA, event.type);
}

/** True for the name of a type of the catalogue, in its newest version. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_DATA, type);
}

/**
 * The newest version of an event.
 *
 * @param raw the parsed line, which the log checked when it was appended
 * @param upcasters one step each, by old type name
 * @throws {UpcastError} where the type is not known
 */
export function upcast(
  raw: unknown,
  upcasters: Readonly<Record<string, Upcaster>> = UPCASTERS,
): RecordedEvent {
  if (!isStored(raw)) throw new UpcastError("", "it is not an event");
  let event: StoredEvent = raw;
  for (let step = 0; step <= MAX_STEPS; step++) {
    if (isNewest(event)) return event;
    const lift: Upcaster | undefined = Object.hasOwn(upcasters, event.type)
      ? upcasters[event.type]
      : undefined;
    if (lift === undefined) throw new UpcastError(event.type, "the type is not of the catalogue");
    event = lift(event);
  }
  throw new UpcastError(event.type, `its upcasters do not end after ${MAX_STEPS} steps`);
}

/** What Redis holds of a log, and whether it continues it. */
import { z } from "zod";
import type { EventLog } from "../log/event_log.ts";
import { INSPECT } from "./branch_scripts.ts";
import type { RedisConnection } from "./connection.ts";

/** The hash under `log`. */
export interface MirrorLineage {
  readonly logId: string;
  /** The stream ends with this position. */
  readonly position: number;
  /** Root of the log there. */
  readonly root: string;
  readonly branch: string;
  /** Token of the start that wrote it. */
  readonly token: number;
  /** The stream of this branch begins after this position, or later where it was trimmed. */
  readonly from: number;
}

/** An entry at an end of the stream. */
interface Entry {
  readonly id: string;
  readonly fields: readonly string[];
}

/** What is there. */
export interface MirrorState {
  /** Null where there is none, or none that can be read. */
  readonly lineage: MirrorLineage | null;
  /** As they stand in the hash, empty where there is none: to tell whether it has changed since. */
  readonly found: {
    readonly logId: string;
    readonly branch: string;
    readonly position: string;
  };
  readonly kinds: { readonly log: string; readonly events: string; readonly snapshots: string };
  readonly length: number;
  readonly lastGeneratedId: string | null;
  readonly first: Entry | null;
  readonly last: Entry | null;
}

const digits = z.string().regex(/^\d{1,16}$/).transform(Number);

const LINEAGE = z.object({
  logId: z.string().min(1),
  position: digits,
  root: z.string().min(1),
  branch: z.string().min(1),
  token: digits,
  from: digits,
});

const ENTRY = z.tuple([z.string(), z.array(z.string())])
  .transform(([id, fields]): Entry => ({ id, fields }));

const kind = z.string();

const ANSWER = z.object({
  log: kind,
  events: kind,
  snapshots: kind,
  lineage: z.array(z.string()).default([]),
  length: z.number().default(0),
  "last-generated-id": z.string().nullable().default(null),
  "first-entry": ENTRY.nullable().default(null),
  "last-entry": ENTRY.nullable().default(null),
});

/** An object out of names and values in turn. */
function named(list: readonly unknown[]): Record<string, unknown> {
  const names = list.filter((_, at) => at % 2 === 0);
  return Object.fromEntries(names.map((name, at) => [String(name), list[2 * at + 1]]));
}

/**
 * Looks at what Redis holds.
 *
 * @throws {RedisFailedError}
 */
export async function inspectMirror(redis: RedisConnection): Promise<MirrorState> {
  const { writer, log, events, snapshots } = redis.keys;
  const reply = await INSPECT.run(redis.commands, [writer, log, events, snapshots], []);
  const answer = ANSWER.parse(named(z.array(z.unknown()).parse(reply)));
  const fields = named(answer.lineage);
  const lineage = LINEAGE.safeParse(fields);
  const text = (name: string) => String(fields[name] ?? "");
  return {
    lineage: lineage.success ? lineage.data : null,
    found: { logId: text("logId"), branch: text("branch"), position: text("position") },
    kinds: { log: answer.log, events: answer.events, snapshots: answer.snapshots },
    length: answer.length,
    lastGeneratedId: answer["last-generated-id"],
    first: answer["first-entry"],
    last: answer["last-entry"],
  };
}

/** True where Redis holds neither a lineage nor a stream. */
export function isBlank({ kinds }: MirrorState): boolean {
  return kinds.log === "none" && kinds.events === "none";
}

/**
 * Why what Redis holds does not continue a log, or null where it does.
 *
 * @param retention how many events are retained at least
 */
export function mirrorFault(
  state: MirrorState,
  log: Pick<EventLog, "id" | "head" | "read" | "contains">,
  retention: number,
): string | null {
  const { lineage, kinds } = state;
  if (kinds.log !== "hash" && kinds.log !== "none") return `its lineage is a ${kinds.log}`;
  if (lineage === null) return "it has no lineage";
  if (lineage.logId !== log.id) return `it is of the log ${lineage.logId}`;
  if (!log.contains(lineage)) return `the log does not hold what it holds at ${lineage.position}`;
  if (lineage.from > Math.max(0, log.head().position - retention)) {
    return `it begins after ${lineage.from}, and more is to be retained`;
  }
  if (kinds.snapshots !== "stream" && kinds.snapshots !== "none") {
    return `its snapshots are a ${kinds.snapshots}`;
  }
  return streamFault(state, lineage, retention) ?? lineFault(state, log);
}

/** Why the stream is not whole from where it begins to where its lineage says that it ends. */
function streamFault(
  { kinds, length, first, last, lastGeneratedId }: MirrorState,
  { position, from }: MirrorLineage,
  retention: number,
): string | null {
  if (kinds.events === "none") return position === from ? null : "its events are gone";
  if (kinds.events !== "stream") return `its events are a ${kinds.events}`;
  if (position === from) {
    // A consumer's group makes a stream that has never held anything.
    return lastGeneratedId === "0-0"
      ? null
      : "it has events, and its lineage says that it has none";
  }
  const end = `${position}-0`;
  if (first === null || last === null) return "its events are gone";
  if (last.id !== end || lastGeneratedId !== end) {
    return `its events end with ${last.id} of ${lastGeneratedId}, not with ${end}`;
  }
  const begin = position - length + 1;
  if (first.id !== `${begin}-0`) return `${length} events from ${first.id} to ${end} are not whole`;
  const least = Math.max(from, position - retention) + 1;
  if (begin > least) return `its events begin with ${begin}, not with ${least}`;
  return null;
}

/** Why the first and the last line of the stream are not those of the log. */
function lineFault(
  { first, last }: MirrorState,
  log: Pick<EventLog, "read">,
): string | null {
  for (const entry of [first, last]) {
    if (entry === null) continue;
    const position = Number.parseInt(entry.id, 10);
    const line = log.read({ after: position - 1, limit: 1 })[0]?.line;
    const [name, value] = entry.fields;
    if (name !== "event" || value !== line || entry.fields.length !== 2) {
      return `its event ${position} is not that of the log`;
    }
  }
  return null;
}

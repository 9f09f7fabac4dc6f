/** What stands under the keys: how each record is written and read. */
import { z } from "zod";

/**
 * A read model as Redis holds it. `branch` names one unbroken past of the log: after a log was replaced
 * by an older copy, or Redis by another's, a new branch begins, and what bears another is not believed.
 */
export interface ModelRecord {
  readonly branch: string;
  readonly epoch: string;
  readonly offset: number;
  /** JSON of the read model, without `served`. */
  readonly json: string;
}

/** One snapshot of the stream `snapshots`. */
export interface SnapshotRecord extends ModelRecord {
  /**
   * The offset of the final before it, 0 where there is none, null where it is not known. A reader that
   * has that one knows so that it has missed nothing.
   */
  readonly previous: number | null;
}

/** What the writer says of itself with each heartbeat. */
export interface Heartbeat {
  /** UTC ISO 8601, by the writer's clock. How old it is, the key's remaining time tells, not this. */
  readonly at: string;
  readonly branch: string;
  readonly epoch: string;
  /** Offset of the writer's newest snapshot. */
  readonly offset: number;
  readonly windowMs: number;
  /** How often it is written, milliseconds. */
  readonly intervalMs: number;
  readonly mode: "live" | "sandbox";
  readonly version: string;
  /** Where the writer listens, such as `http://127.0.0.1:3000`. */
  readonly address: string;
  /** How long before it the writer was known to be at the end of its log, milliseconds; null for never. */
  readonly confirmedAgeMs: number | null;
  /** The sources' statuses, as JSON: their shape is none of this module's. */
  readonly sources: readonly unknown[];
}

/** Who holds the lease. */
export interface LeaseRecord {
  /** Random, of one run of a process. */
  readonly holder: string;
  /** Greater with each start on the data directory. */
  readonly token: number;
  readonly logId: string;
  readonly address: string;
  /** UTC ISO 8601. */
  readonly since: string;
}

/** The heartbeat's key lives this long, so that its remaining time tells its age by Redis's own clock. */
export const HEARTBEAT_TTL_MS = 86_400_000;

/** The lease lapses after this long without renewal, and is renewed three times as often. */
export const LEASE_TTL_MS = 15_000;

/** A record that is not what this version writes. */
export class RedisRecordError extends Error {
  readonly code = "redis_record_invalid";
  constructor(readonly key: string, options?: ErrorOptions) {
    super(`Cannot read ${key}: it holds what this service does not write`, options);
    this.name = "RedisRecordError";
  }
}

const offset = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

const HEARTBEAT: z.ZodType<Heartbeat> = z.object({
  at: z.iso.datetime(),
  branch: z.string(),
  epoch: z.string(),
  offset,
  windowMs: z.number().positive(),
  intervalMs: z.number().positive(),
  mode: z.enum(["live", "sandbox"]),
  version: z.string(),
  address: z.string(),
  confirmedAgeMs: z.number().nonnegative().nullable(),
  sources: z.array(z.unknown()),
});

const LEASE: z.ZodType<LeaseRecord> = z.object({
  holder: z.string(),
  token: z.number().int().nonnegative(),
  logId: z.string(),
  address: z.string(),
  since: z.string(),
});

function parse<T>(schema: z.ZodType<T>, key: string, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new RedisRecordError(key, { cause });
  }
}

/** @throws {RedisRecordError} */
export function parseHeartbeat(key: string, text: string): Heartbeat {
  return parse(HEARTBEAT, key, text);
}

/** @throws {RedisRecordError} */
export function parseLease(key: string, text: string): LeaseRecord {
  return parse(LEASE, key, text);
}

const MODEL_HEAD =
  /^\{"branch":"([0-9a-f-]{1,64})","epoch":"([0-9a-f]{16})","offset":(\d{1,16}),"model":/;

/** The text under `current`, `breakdown` and a page: an object whose `model` is the JSON as it stands. */
export function formatModel({ branch, epoch, offset, json }: ModelRecord): string {
  return `{"branch":"${branch}","epoch":"${epoch}","offset":${offset},"model":${json}}`;
}

/**
 * Reads what {@link formatModel} wrote, the model's JSON byte for byte.
 *
 * @throws {RedisRecordError}
 */
export function parseModel(key: string, text: string): ModelRecord {
  const match = MODEL_HEAD.exec(text);
  if (match === null || !text.endsWith("}")) throw new RedisRecordError(key);
  const [head, branch = "", epoch = "", digits = ""] = match;
  return { branch, epoch, offset: Number(digits), json: text.slice(head.length, -1) };
}

/** The id of a snapshot in its stream. */
export function snapshotId(offset: number): string {
  return `${Math.floor(offset / 2)}-${offset % 2}`;
}

const SNAPSHOT_ID = /^(\d{1,16})-([01])$/;

/** The fields of an entry of the stream `snapshots`. */
export function snapshotFields({ branch, epoch, json, previous }: SnapshotRecord): string[] {
  const fields = ["epoch", epoch, "snapshot", json, "branch", branch];
  return previous === null ? fields : [...fields, "previous", String(previous)];
}

/**
 * Reads an entry of the stream `snapshots`.
 *
 * @param fields names and values in turn, as Redis gives them
 * @throws {RedisRecordError}
 */
export function parseSnapshot(key: string, id: string, fields: readonly string[]): SnapshotRecord {
  const match = SNAPSHOT_ID.exec(id);
  const named = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) named.set(fields[at]!, fields[at + 1]!);
  const [branch, epoch, json] = [named.get("branch"), named.get("epoch"), named.get("snapshot")];
  const previous = named.get("previous");
  const usable = match !== null && branch !== undefined && epoch !== undefined &&
    json !== undefined && /^[0-9a-f]{16}$/.test(epoch) &&
    (previous === undefined || /^\d{1,16}$/.test(previous));
  if (!usable) throw new RedisRecordError(`${key} ${id}`);
  return {
    branch,
    epoch,
    offset: 2 * Number(match[1]) + Number(match[2]),
    json,
    previous: previous === undefined ? null : Number(previous),
  };
}

/** What an edge asks Redis, each in one step. */
import type { Redis } from "ioredis";
import type { RedisConnection } from "./connection.ts";
import {
  type Heartbeat,
  HEARTBEAT_TTL_MS,
  parseHeartbeat,
  parseModel,
  parseSnapshot,
  RedisRecordError,
  snapshotId,
  type SnapshotRecord,
} from "./records.ts";

/** One unbroken line of snapshots: only within it do offsets compare. */
export interface Place {
  readonly branch: string;
  readonly epoch: string;
}

/** What stood in Redis at one moment. */
export interface Sight {
  /** The branch that is written; null where no writer has begun one. */
  readonly branch: string | null;
  readonly heartbeat: Heartbeat | null;
  /** By Redis's clock, milliseconds. */
  readonly heartbeatAgeMs: number;
  /** The newest entry of the stream. */
  readonly newest: SnapshotRecord | null;
}

/** True where both are the same line. */
export function isSamePlace(one: Place | null, other: Place | null): boolean {
  return one?.branch === other?.branch && one?.epoch === other?.epoch;
}

/** An entry as ioredis gives it. */
type Entry = readonly [id: string, fields: readonly string[]];

/** Finals that are read back at the start; so many an edge keeps. */
const MAX_READ_BACK = 1_000;
/** Entries of one question: a snapshot has some kilobytes. */
const PAGE = 100;
/** Entries looked at for those finals: beside them stand the provisionals of the open window. */
const MAX_LOOKED_AT = 4 * MAX_READ_BACK;

/** Reads the stream of snapshots and the heartbeat. What nobody of this service wrote is passed over. */
export class SnapshotReader {
  readonly #redis: RedisConnection;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  /**
   * Branch, heartbeat and newest snapshot, all of one moment: read one by one, the age of a newer
   * heartbeat could be taken for that of an older one.
   */
  async look(): Promise<Sight> {
    const { keys, commands } = this.#redis;
    const replies = await commands.multi()
      .hget(keys.log, "branch")
      .get(keys.heartbeat)
      .pttl(keys.heartbeat)
      .xrevrange(keys.snapshots, "+", "-", "COUNT", 1)
      .exec();
    // A key of another type is answered by an error of its own; it says as much as no key.
    const [branch, text, ttl, entries] = (replies ?? []).map(([error, reply]) =>
      error ? null : reply
    );
    const heartbeat = this.#heartbeat(text);
    return {
      branch: typeof branch === "string" ? branch : null,
      // A key without end was not written by this service.
      heartbeat: typeof ttl === "number" && ttl >= 0 ? heartbeat : null,
      heartbeatAgeMs: Math.max(0, HEARTBEAT_TTL_MS - Number(ttl)),
      newest: this.#records(entries as Entry[] | null).at(-1) ?? null,
    };
  }

  /** The newest finals of a line, at most 1,000, and the snapshots since, oldest first. */
  async readBack(place: Place): Promise<SnapshotRecord[]> {
    // Read first: what is published from now on is in the pages or comes after them. Read last it could be
    // newer than the pages, and what came between would be passed over.
    const current = await this.#current(place);
    const records: SnapshotRecord[] = [];
    let end = "+";
    for (let looked = 0, finals = 0; looked < MAX_LOOKED_AT && finals < MAX_READ_BACK;) {
      const { keys, commands } = this.#redis;
      const page: Entry[] = await commands.xrevrange(keys.snapshots, end, "-", "COUNT", PAGE);
      const found = this.#records(page).filter((record) => isSamePlace(record, place));
      records.push(...found);
      finals += found.filter(({ offset }) => offset % 2 === 1).length;
      looked += page.length;
      const oldest = page.at(-1);
      const below = oldest === undefined ? null : idBelow(oldest[0]);
      if (page.length < PAGE || below === null) break;
      end = below;
    }
    records.reverse();
    // A stream may be cut down by hand; the newest snapshot stands under a key of its own too.
    if (current !== null && current.offset > (records.at(-1)?.offset ?? -1)) records.push(current);
    return records;
  }

  /**
   * Entries after an offset, oldest first; waits for the first.
   *
   * @param blocking a connection of its own
   * @param blockMs how long to wait, milliseconds, more than 0
   * @returns what could be read, and how many entries there were
   */
  async readAfter(
    blocking: Redis,
    offset: number | null,
    blockMs: number,
  ): Promise<{ readonly records: SnapshotRecord[]; readonly entries: number }> {
    const after = offset === null ? "0-0" : snapshotId(offset);
    const { snapshots } = this.#redis.keys;
    const reply = await blocking.xread(
      "COUNT",
      PAGE,
      "BLOCK",
      blockMs,
      "STREAMS",
      snapshots,
      after,
    );
    const entries: Entry[] = reply?.[0]?.[1] ?? [];
    return { records: this.#records(entries), entries: entries.length };
  }

  async #current(place: Place): Promise<SnapshotRecord | null> {
    const { keys, commands } = this.#redis;
    const text = await commands.get(keys.current);
    if (text === null) return null;
    const record = readable(() => parseModel(keys.current, text));
    return isSamePlace(record, place) && record !== null ? { ...record, previous: null } : null;
  }

  #heartbeat(text: unknown): Heartbeat | null {
    if (typeof text !== "string") return null;
    return readable(() => parseHeartbeat(this.#redis.keys.heartbeat, text));
  }

  #records(entries: readonly Entry[] | null): SnapshotRecord[] {
    return (entries ?? [])
      .map(([id, fields]) => readable(() => parseSnapshot(this.#redis.keys.snapshots, id, fields)))
      .filter((record) => record !== null);
  }
}

/** Null for what nobody of this service wrote. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RedisRecordError) return null;
    throw error;
  }
}

/** The greatest id below another; null below the least. (An open end, `(id`, needs Redis 6.2.) */
function idBelow(id: string): string | null {
  const [time = 0n, sequence = 0n] = id.split("-").map(BigInt);
  if (sequence > 0n) return `${time}-${sequence - 1n}`;
  return time > 0n ? `${time - 1n}-18446744073709551615` : null;
}

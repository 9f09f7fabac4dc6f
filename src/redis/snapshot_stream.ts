/** What the stream of snapshots holds, and whether it may be continued. */
import { RedisRecordError } from "./records.ts";
import { runGuarded, type WriteContext } from "./scripts.ts";
import { INSPECT_SNAPSHOTS } from "./snapshot_scripts.ts";

/** The stream keeps so many finals at least. */
export const KEPT_FINALS = 1_000;
/** And so many provisional snapshots of the open window at most. */
export const KEPT_PROVISIONALS = 50;
/** The stream is trimmed in blocks, so that some more may stand in it. */
const MOST_ENTRIES = 2 * KEPT_FINALS;

/** The stream as it stands. */
export interface SnapshotStream {
  /** Redis's type of the key. */
  readonly kind: string;
  /** Offset of the last entry that ever was in it; 0 where there was none, null where it is no offset. */
  readonly last: number | null;
  readonly length: number;
  /** Oldest first; empty where there are too many. */
  readonly entries: readonly {
    readonly offset: number | null;
    readonly epoch: string;
    readonly branch: string;
  }[];
}

/** What the stream has to agree with. */
export interface ExpectedSnapshots {
  readonly branch: string;
  readonly epoch: string;
  /** Offsets of the newest finals, ascending. */
  readonly finals: readonly number[];
  /** Offset of the newest snapshot; 0 where there is none. */
  readonly newest: number;
}

const ID = /^(\d{1,15})-([01])$/;

/** The offset that an entry's id names; null where it names none. */
export function offsetOfId(id: string): number | null {
  const match = ID.exec(id);
  return match === null ? null : 2 * Number(match[1]) + Number(match[2]);
}

/**
 * Looks at the stream.
 *
 * @throws {RedisFailedError}
 * @throws {LeaseHeldError}
 * @throws {BranchLostError}
 */
export async function inspectSnapshots(context: WriteContext): Promise<SnapshotStream> {
  const { snapshots } = context.redis.keys;
  const answer = await runGuarded(INSPECT_SNAPSHOTS, context, [snapshots], [MOST_ENTRIES]);
  const [kind, last, length, ...rest] = answer.map(String);
  if (kind === undefined || last === undefined) throw new RedisRecordError(snapshots);
  const entries: SnapshotStream["entries"][number][] = [];
  for (let at = 0; at + 2 < rest.length; at += 3) {
    entries.push({ offset: offsetOfId(rest[at]!), epoch: rest[at + 1]!, branch: rest[at + 2]! });
  }
  return { kind, last: offsetOfId(last), length: Number(length), entries };
}

/** Why the stream cannot be continued and has to begin anew, or null where it can. */
export function snapshotFault(stream: SnapshotStream, expected: ExpectedSnapshots): string | null {
  const { kind, last, length, entries } = stream;
  if (kind === "none") return null;
  if (kind !== "stream") return `it is a ${kind}`;
  if (length > MOST_ENTRIES) return `it has ${length} entries`;
  if (last === null || last > expected.newest) return "it goes on beyond the newest snapshot";
  const finals = new Set<number>();
  for (const { offset, branch, epoch } of entries) {
    if (offset === null) return "it has an entry that is no snapshot";
    if (branch !== expected.branch) return "it is of another branch";
    if (epoch !== expected.epoch) return "it is of another epoch";
    if (offset % 2 === 1) finals.add(offset);
  }
  const [oldest = Infinity] = expected.finals;
  for (const offset of expected.finals) {
    if (offset <= last && !finals.delete(offset)) return `it lacks the final ${offset}`;
  }
  for (const offset of finals) {
    if (offset >= oldest) return `it has a final ${offset} that never was`;
  }
  return null;
}

/** One step of publishing: snapshots into their stream, the newest one and its breakdown beside it. */
import { formatModel, snapshotFields, snapshotId } from "./records.ts";
import { RedisFailedError, runGuarded, type WriteContext } from "./scripts.ts";
import { PUBLISH } from "./snapshot_scripts.ts";
import { KEPT_FINALS, KEPT_PROVISIONALS, offsetOfId } from "./snapshot_stream.ts";

/** A snapshot as the projection gives it. */
export interface SourceFrame {
  readonly epoch: string;
  readonly offset: number;
  readonly json: string;
}

/** What goes to Redis in one step. */
export interface SnapshotBatch {
  readonly epoch: string;
  /** The stream has come to this offset at least; null to begin it anew. */
  readonly reached: number | null;
  /** Into the stream, in order of offset, each with the final before it. */
  readonly added: readonly (SourceFrame & { readonly previous: number })[];
  /** The newest snapshot, and the breakdown that adds up to it; null to leave them as they are. */
  readonly current: SourceFrame | null;
  readonly breakdown: { readonly offset: number; readonly json: string } | null;
  /** Offset of a provisional snapshot that the stream does not need any more; null where there is none. */
  readonly dropped: number | null;
  /** What the newest of them was made of: a position of the log, and the root there. */
  readonly made: { readonly position: number; readonly root: string };
}

/**
 * Publishes, all or nothing. What is in Redis already, or is older than what is there, changes nothing.
 *
 * @returns the offset that the stream has come to
 * @throws {RedisFailedError} where Redis refused, or did not answer: then it is not known
 * @throws {LeaseHeldError}
 * @throws {BranchLostError}
 * @throws {OutOfPlaceError} where the stream is not as far as `reached`, or is past a final that it lacks
 */
export async function publishSnapshots(
  context: WriteContext,
  { epoch, reached, added, current, breakdown, dropped, made }: SnapshotBatch,
): Promise<number> {
  const { redis: { keys }, branch } = context;
  const [id] = await runGuarded(PUBLISH, context, [
    ...[keys.snapshots, keys.current, keys.breakdown],
  ], [
    ...[snapshotId(reached ?? 0), reached === null ? 1 : 0, KEPT_FINALS + KEPT_PROVISIONALS],
    ...[dropped === null ? "" : snapshotId(dropped), epoch],
    ...[current === null ? "" : formatModel({ ...current, branch }), current?.offset ?? 0],
    ...[breakdown === null ? "" : formatModel({ ...breakdown, branch, epoch })],
    ...[breakdown?.offset ?? 0, made.position, made.root],
    ...added.flatMap((frame) => {
      const fields = snapshotFields({ ...frame, branch });
      return [snapshotId(frame.offset), fields.length, ...fields];
    }),
  ]);
  const last = offsetOfId(String(id));
  if (last === null) throw new RedisFailedError("refused", `the stream ends at ${id}`);
  return last;
}

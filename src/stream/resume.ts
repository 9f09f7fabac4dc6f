/** How a stream goes on from a position that a client names. */
import { parseStreamPosition, type StreamPosition } from "../projection/frame.ts";
import type { Projection } from "../projection/projection.ts";

/** Why a gap cannot be filled: the client must forget what it has and take the snapshot that follows. */
export type ResetReason =
  /** What the client sent is no position. */
  | "invalid"
  /** The position is of another log, fold or window length. */
  | "epoch"
  /** The position is ahead of this log, which was replaced by an older copy. */
  | "ahead"
  /** More finals lie between than are sent again, or some of them are not here. */
  | "gap";

/** What to send first. */
export type Resume =
  | { readonly kind: "live" }
  | { readonly kind: "replay"; readonly after: number }
  /** The client was shown more on another node: it waits until this node is as far. */
  | { readonly kind: "await"; readonly offset: number }
  | { readonly kind: "reset"; readonly reason: ResetReason };

/** At most this many finals are sent again: an hour of windows of five seconds. */
const MAX_REPLAYED_FINALS = 720;

/** A client that is ahead of a node waits so long for it, milliseconds, and is told so after that. */
export const MAX_AWAIT_MS = 2_000;

/** Why the finals after a position are not all here, or are none of its stream's; null where they are. */
export function faultAt(
  { epoch, completeAfter }: Projection,
  position: StreamPosition,
): ResetReason | null {
  if (position.epoch !== epoch) return "epoch";
  return position.offset < completeAfter ? "gap" : null;
}

/**
 * Decides how to go on.
 *
 * @param since what the client named, or null where it named nothing; empty is nothing too
 */
export function planResume(
  projection: Projection,
  since: string | null,
  maxFinals: number = MAX_REPLAYED_FINALS,
): Resume {
  if (since === null || since === "") return { kind: "live" };
  const position = parseStreamPosition(since);
  if (position === null) return { kind: "reset", reason: "invalid" };
  // Before an edge has heard of a writer it cannot say that a position is of another stream.
  if (projection.trails && projection.current() === null) {
    return { kind: "await", offset: position.offset };
  }
  const fault = faultAt(projection, position);
  if (fault !== null) return { kind: "reset", reason: fault };
  if (position.offset > (projection.current()?.offset ?? 0)) {
    if (projection.trails) return { kind: "await", offset: position.offset };
    return { kind: "reset", reason: "ahead" };
  }
  const finals = projection.finalsAfter(position.offset, maxFinals + 1);
  if (finals.length > maxFinals) return { kind: "reset", reason: "gap" };
  return { kind: "replay", after: position.offset };
}

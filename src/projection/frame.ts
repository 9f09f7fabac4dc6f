/** A snapshot on its way to a reader, and the stream position that names it. */

/** An encoded snapshot with its stream position. Frames are compared by `epoch`, then `offset`. */
export interface Frame {
  /** Hash of (log id, fold version, window length): frames of different epochs do not compare. */
  readonly epoch: string;
  /** 2 × position, + 1 when final. */
  readonly offset: number;
  /** Position of the last event folded. */
  readonly position: number;
  readonly final: boolean;
  /** The snapshot's canonical JSON, without `served`. */
  readonly json: string;
}

/** A place in the stream. */
export interface StreamPosition {
  readonly epoch: string;
  readonly offset: number;
}

const STREAM_POSITION = /^([0-9a-f]{16}):(0|[1-9]\d{0,15})$/;

/** `epoch:offset`, opaque to clients, the same on every node and after a restart. */
export function formatStreamPosition(position: StreamPosition): string {
  return `${position.epoch}:${position.offset}`;
}

/** Reads `epoch:offset`; null where the text is not one. */
export function parseStreamPosition(text: string): StreamPosition | null {
  const match = STREAM_POSITION.exec(text);
  if (match === null) return null;
  const offset = Number(match[2]);
  return Number.isSafeInteger(offset) ? { epoch: match[1]!, offset } : null;
}

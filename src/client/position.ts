/** Stream positions: `<epoch>:<offset>`. Opaque to everybody but this library, which compares them. */

/** A place in the stream. Offsets of different epochs do not compare. */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

const POSITION = /^([0-9a-f]{16}):(0|[1-9]\d{0,15})$/;

/** Reads a position; null where the text is none. */
export function parsePosition(text: string): Position | null {
  const match = POSITION.exec(text);
  if (match === null) return null;
  const offset = Number(match[2]);
  return Number.isSafeInteger(offset) ? { epoch: match[1] ?? "", offset } : null;
}

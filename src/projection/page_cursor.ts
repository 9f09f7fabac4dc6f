import type { Resolution } from "./projection.ts";

/** Thrown where a cursor is not one that a page of the same resolution gave. */
export class InvalidCursorError extends Error {
  readonly code = "invalid_cursor";
  constructor(readonly cursor: string) {
    super(`Cannot read ${JSON.stringify(cursor.slice(0, 80))} as a cursor of this history`);
    this.name = "InvalidCursorError";
  }
}

const CURSOR = /^(raw|1m|1h|1d)\.(\d{1,16})$/;

/** The cursor after an item: resolution and the item's own time, milliseconds since the epoch. */
export function formatCursor(resolution: Resolution, lastMs: number): string {
  return btoa(`${resolution}.${lastMs}`).replaceAll("=", "");
}

/**
 * Reads a cursor back.
 *
 * @returns time of the last item given, milliseconds since the epoch
 * @throws {InvalidCursorError}
 */
export function parseCursor(resolution: Resolution | "auto", cursor: string): number {
  const match = CURSOR.exec(decode(cursor));
  const lastMs = Number(match?.[2]);
  if (match?.[1] !== resolution || !Number.isSafeInteger(lastMs)) {
    throw new InvalidCursorError(cursor);
  }
  return lastMs;
}

function decode(cursor: string): string {
  try {
    return atob(cursor);
  } catch {
    throw new InvalidCursorError(cursor);
  }
}

/** The keys of the read models, the same in every tier. */
import type { HistoryQuery, Resolution } from "./projection.ts";

/** Key of the newest snapshot. */
export const CURRENT = "current";

/** Key of the breakdown that adds up to the newest snapshot. */
export const BREAKDOWN = "breakdown";

/** Goes up with the shape of a page: a closed one is kept by others for a while. */
const HISTORY = "history:2:";
const RESOLUTIONS: readonly string[] = [
  "raw",
  "1m",
  "1h",
  "1d",
  "auto",
] satisfies (Resolution | "auto")[];

/** The key of a page of history: the same question gives the same key. */
export function historyKey({ resolution, from, to, limit, cursor }: HistoryQuery): string {
  return HISTORY + JSON.stringify([resolution, from ?? null, to ?? null, limit, cursor ?? null]);
}

/** True where `key` is of a page of history. */
export function isHistoryKey(key: string): boolean {
  return key.startsWith(HISTORY);
}

/** Reads a key of a page of history; null where the key is of something else. */
export function parseHistoryKey(key: string): HistoryQuery | null {
  if (!isHistoryKey(key)) return null;
  const [resolution, from, to, limit, cursor] = JSON.parse(key.slice(HISTORY.length));
  if (!RESOLUTIONS.includes(resolution)) return null;
  return {
    resolution,
    limit,
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(cursor === null ? {} : { cursor }),
  };
}

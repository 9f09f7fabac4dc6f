/** The last snapshot in a browser's storage. */
import { asRecord, type DeliveredSnapshot, isDelivered } from "./delivered.ts";
import { parse } from "./server_message.ts";

/** What is needed of `localStorage`, or of something like it. */
export interface SnapshotStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** The shape's version: an entry of another one is ignored. */
const VERSION = 1;
/** Longer texts are none of ours. */
const MAX_LENGTH = 1024 * 1024;

/**
 * Reads the snapshot under a key.
 *
 * @returns null where there is none, where it is of something else or another version, and where the
 *   storage does not answer
 */
export function readStored(storage: SnapshotStorage, key: string): DeliveredSnapshot | null {
  let text: string | null = null;
  try {
    text = storage.getItem(key);
  } catch {
    // A browser may refuse storage altogether: then nothing is kept.
  }
  if (text === null || text.length > MAX_LENGTH) return null;
  const entry = asRecord(parse(text));
  return entry !== null && entry.v === VERSION && isDelivered(entry.snapshot)
    ? entry.snapshot
    : null;
}

/** Puts the snapshot under a key. A storage that is full or refused keeps what it had. */
export function writeStored(
  storage: SnapshotStorage,
  key: string,
  snapshot: DeliveredSnapshot,
): void {
  try {
    storage.setItem(key, JSON.stringify({ v: VERSION, snapshot }));
  } catch {
    // The next page load begins without a snapshot, as the first one did.
  }
}

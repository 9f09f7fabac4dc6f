/** The log as newline-delimited JSON, read only as fast as the client takes it. */
import type { EventLog, ReadOptions } from "../log/event_log.ts";

const UTF8 = new TextEncoder();
/** Lines read from the log at a time. */
const PAGE = 256;
/** Bytes that may wait for the client in this process. */
const BUFFERED_BYTES = 64 * 1024;

/**
 * Streams lines as they are stored, up to the head of the log at the time of the call.
 *
 * @param limit how many lines at most
 */
export function ndjson(
  log: EventLog,
  filters: ReadOptions,
  limit: number,
): ReadableStream<Uint8Array> {
  const to = log.head().position;
  let after = filters.after ?? 0;
  let left = limit;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      // Beyond the head nothing is read: a range that is empty may not be asked for.
      const lines = after < to && left > 0
        ? log.read({ ...filters, after, to, limit: Math.min(PAGE, left) })
        : [];
      const last = lines.at(-1);
      if (last === undefined) return controller.close();
      after = last.position;
      left -= lines.length;
      controller.enqueue(UTF8.encode(lines.map(({ line }) => `${line}\n`).join("")));
    },
  }, new ByteLengthQueuingStrategy({ highWaterMark: BUFFERED_BYTES }));
}

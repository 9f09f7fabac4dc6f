/** Whether a log is the one that something was derived from. */
import type { EventLog, Lineage } from "./event_log.ts";

/** True where the log has that id, and had that root at that position. */
export function containsLineage(
  log: Pick<EventLog, "id" | "head" | "rootAt">,
  { logId, position, root }: Lineage,
): boolean {
  return logId === log.id && Number.isSafeInteger(position) && position >= 0 &&
    position <= log.head().position && log.rootAt(position) === root;
}

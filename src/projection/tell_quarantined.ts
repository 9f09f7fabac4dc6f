/** Says in the log which events could not be folded. */
import type { Logger } from "@logtape/logtape";
import type { LogLine } from "../log/event_log.ts";
import { type Fold, QUARANTINE_LISTED } from "../pnl/fold.ts";

/** A line as parsed, as far as it is named. */
interface Named {
  readonly source?: unknown;
  readonly type?: unknown;
  readonly id?: unknown;
}

/** A reason without the values that it quotes: those are the event's, and stand in it alone. */
function withoutValues(reason: string): string {
  return reason.replace(/"(?:[^"\\]|\\.)*"?/g, '"…"');
}

/**
 * Warns of each event that was quarantined since, of the first hundred of a fold; of those after, once.
 *
 * @param fold as it is now
 * @param lines that were folded since
 * @param before how many were quarantined before them
 */
export function tellQuarantined(
  fold: Fold,
  lines: readonly LogLine[],
  before: number,
  logger: Logger,
): void {
  if (fold.quarantined === before) return;
  const first = lines[0]?.position ?? 0;
  for (const { position, reason } of fold.quarantine.slice(before)) {
    const { source, type, id }: Named = JSON.parse(lines[position - first]?.line ?? "{}");
    logger.warn("Event {position} cannot be folded, the figures lack it: {reason}", {
      ...{ position, source, type, id },
      reason: withoutValues(reason),
    });
  }
  if (before <= QUARANTINE_LISTED && fold.quarantined > QUARANTINE_LISTED) {
    const most = QUARANTINE_LISTED;
    logger.warn("More than {most} events cannot be folded; the others are counted alone", { most });
  }
}

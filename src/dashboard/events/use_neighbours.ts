/** The events beside one, among those that the filters let through. */
import { useJson } from "../api.ts";
import { usePnl } from "../session.ts";
import { positionOf } from "./catalogue.ts";
import { type Filter, queryOf } from "./filter.ts";
import type { RecordedEvent } from "../../pnl/event.ts";

/** Positions; null where there is none, or none is known yet. */
export interface Neighbours {
  readonly older: number | null;
  readonly newer: number | null;
}

interface Page {
  readonly items: readonly RecordedEvent[];
}

/** The next older and newer event. Where there is no newer one yet, it is looked for when the log grows. */
export function useNeighbours(position: number | null, filter: Filter): Neighbours {
  const head = usePnl(({ snapshot }) => snapshot?.position ?? 0);
  const path = (more: Readonly<Record<string, string | number>>) =>
    position === null ? null : `api/events?${queryOf(filter, { ...more, limit: 1 })}`;
  const isFirst = position !== null && position <= 1;
  const older = useJson<Page>(isFirst ? null : path({ order: "desc", before: position ?? 1 }));
  const newerPath = path({ after: position ?? 0 });
  const hasNewer = (page: Page | null) => page?.items[0] !== undefined;
  const newer = useJson<Page>(newerPath, 0);
  const later = useJson<Page>(
    newer.data !== null && !hasNewer(newer.data) && head > (position ?? 0) ? newerPath : null,
    head,
  );
  const first = (page: Page | null) => {
    const event = page?.items[0];
    return event === undefined ? null : positionOf(event);
  };
  return { older: first(older.data), newer: first(newer.data) ?? first(later.data) };
}

/** The end of a list of events: how far it goes, and what brings more. */
import { MOST_ROWS } from "../events/event_list.ts";
import type { ListState } from "../events/list_state.ts";
import { whole } from "../format.ts";

/** Properties of {@link ListFoot}. */
export interface ListFootProps {
  readonly list: ListState;
  readonly older: () => void;
}

/** What is below the last row. Older events come by themselves too, when the reader is near. */
export function ListFoot({ list, older }: ListFootProps) {
  const { total, phase, complete, error } = list;
  const count = `${whole(total)} ${total === 1 ? "event" : "events"}`;
  if (complete) return <p className="list-foot quiet">{count} in all</p>;
  if (total >= MOST_ROWS) {
    return <p className="list-foot">{count} are listed, and no more: filter by time, or export.</p>;
  }
  return (
    <div className="list-foot">
      {error === null
        ? <span className="quiet">{count} so far</span>
        : <span role="alert">Older events could not be read: {error.message}</span>}
      <button type="button" aria-disabled={phase !== "ready"} onClick={older}>
        {phase === "ready" ? error === null ? "Load older" : "Try again" : "Loading…"}
      </button>
    </div>
  );
}

/** The view `events`: the log as an auditor reads it, newest first, and live. */
import { useEffect, useState } from "react";
import { ApiError } from "../api.ts";
import { EmptyEvents } from "../components/empty_events.tsx";
import { EventFilters } from "../components/event_filters.tsx";
import { EventTable } from "../components/event_table.tsx";
import { ExportLinks } from "../components/export_links.tsx";
import { FilterChips } from "../components/filter_chips.tsx";
import { ListFoot } from "../components/list_foot.tsx";
import { Failed } from "../components/states.tsx";
import { type Held, TailControl } from "../components/tail_control.tsx";
import { positionOf } from "../events/catalogue.ts";
import {
  faultsOf,
  type Filter,
  FILTER_LABELS,
  type FilterName,
  filterOf,
} from "../events/filter.ts";
import { type UsedFeed, useEventFeed } from "../events/use_event_feed.ts";
import type { RowsInView } from "../events/use_rows_in_view.ts";
import { whole } from "../format.ts";
import { useShortcuts } from "../keyboard.ts";
import { goTo, hrefOf, useRoute } from "../route.ts";
import { usePnl } from "../session.ts";

/** Rows above the screen from which on a reader is taken to read, and nothing moves. */
const READING_ROWS = 3;
/** Rows left below the screen at which older ones are asked for. */
const AHEAD_ROWS = 30;

/** Shows it. */
export function EventsView() {
  const { params } = useRoute();
  const filter = filterOf(params);
  const go = (next: Filter) => goTo(hrefOf("events", null, next));
  const set = (name: FilterName, value: string | null) => go(withValue(filter, name, value));
  const remove = (names: readonly FilterName[]) =>
    go(names.reduce<Filter>((rest, name) => withValue(rest, name, null), filter));
  return (
    <>
      <h1 className="unseen">Events</h1>
      <EventFilters filter={filter} set={set} />
      <FilterChips filter={filter} remove={remove} />
      {Object.keys(faultsOf(filter)).length > 0
        ? <Wrong filter={filter} />
        : <Log filter={filter} remove={remove} />}
    </>
  );
}

/** Positions have no field to say what is wrong with them: they come with links from elsewhere. */
function Wrong({ filter }: { readonly filter: Filter }) {
  const faults = faultsOf(filter);
  const named = (["after", "before"] as const).flatMap((name) =>
    faults[name] === undefined ? [] : [`${FILTER_LABELS[name]}: ${faults[name]}.`]
  );
  return (
    <p className="filters-wrong" role="alert">
      {named.join(" ")} Nothing is read until the filters that are wrong are mended or removed.
    </p>
  );
}

function withValue(filter: Filter, name: FilterName, value: string | null): Filter {
  const { [name]: _, ...rest } = filter;
  return value === null ? rest : { ...rest, [name]: value };
}

/** Whether anything may move: a reader who has scrolled, or has paused, keeps what is on the screen. */
function useHold({ feed }: UsedFeed) {
  const [paused, setPaused] = useState(false);
  const [above, setAbove] = useState(0);
  const isAllPaused = usePnl(({ status }) => status === "paused");
  const held: Held | null = paused
    ? "paused"
    : isAllPaused
    ? "page"
    : above >= READING_ROWS
    ? "reading"
    : null;
  useEffect(() => feed.hold(held !== null), [feed, held]);
  return { held, setAbove, toggle: () => setPaused(!paused) } as const;
}

interface LogProps {
  readonly filter: Filter;
  readonly remove: (names: readonly FilterName[]) => void;
}

function Log({ filter, remove }: LogProps) {
  const used = useEventFeed(filter);
  const { feed, state, isOld, restart } = used;
  const { list, waiting, tail, fresh } = state;
  const { held, setAbove, toggle } = useHold(used);
  useShortcuts([{ keys: "p", label: "Pause the events, or go on", run: toggle }], held);
  const onLook = (rows: RowsInView) => {
    setAbove(rows.above);
    feed.look(rows.from, rows.to);
    if (rows.to >= list.total - AHEAD_ROWS && list.error === null) feed.older();
  };
  const toNewest = () => {
    scrollTo({ top: 0 });
    setAbove(0);
  };
  if (list.error !== null && list.total === 0) {
    return <Failed error={asApiError(list.error)} retry={restart} />;
  }
  return (
    <section aria-label="Log" aria-busy={list.phase === "first"}>
      <div className="log-bar">
        <TailControl tail={tail} held={held} waiting={waiting} toggle={toggle} />
        <ExportLinks filter={filter} />
      </div>
      {held === "reading" && waiting > 0
        ? (
          <button type="button" className="newer" data-kind="primary" onClick={toNewest}>
            ↑ {whole(waiting)} new {waiting === 1 ? "event" : "events"}
          </button>
        )
        : null}
      <div data-old={isOld || undefined} className="log-rows">
        <Rows {...{ used, filter, remove, onLook, fresh }} />
      </div>
    </section>
  );
}

function Rows(
  { used, filter, remove, onLook, fresh }: LogProps & {
    readonly used: UsedFeed;
    readonly onLook: (rows: RowsInView) => void;
    readonly fresh: number;
  },
) {
  const { list } = used.state;
  if (list.total === 0) {
    if (list.phase === "first") return <Skeleton />;
    return <EmptyEvents filter={filter} remove={remove} />;
  }
  return (
    <>
      <EventTable
        list={list}
        fresh={fresh}
        hrefOf={(event) => hrefOf("events", String(positionOf(event)), filter)}
        onLook={onLook}
      />
      <ListFoot list={list} older={used.feed.older} />
    </>
  );
}

const SKELETON_ROWS = 16;

function Skeleton() {
  return (
    <div className="events-skeleton" role="status">
      <span className="unseen">Loading events…</span>
      {Array.from({ length: SKELETON_ROWS }, (_, row) => <span key={row} className="skeleton" />)}
    </div>
  );
}

function asApiError(error: Error): ApiError {
  return error instanceof ApiError ? error : new ApiError("failed", null, error.message);
}

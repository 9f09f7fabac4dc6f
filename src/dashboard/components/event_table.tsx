/** The log as a table of any length: only the rows on the screen are in the page. */
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";
import type { RecordedEvent } from "../../pnl/event.ts";
import { positionOf } from "../events/catalogue.ts";
import { eventAt, type ListState } from "../events/list_state.ts";
import { type RowsInView, useRowsInView } from "../events/use_rows_in_view.ts";
import { whole } from "../format.ts";
import { usePreference } from "../preferences.ts";
import { EventRow } from "./event_row.tsx";

/** Properties of {@link EventTable}. */
export interface EventTableProps {
  readonly list: ListState;
  /** Events after this position came while the reader was looking. */
  readonly fresh: number;
  readonly hrefOf: (event: RecordedEvent) => string;
  /** Told which rows are drawn, and how many are above the screen. */
  readonly onLook: (rows: RowsInView) => void;
}

/** The table. The arrow keys go from row to row; the tab key stops once. */
export function EventTable({ list, fresh, hrefOf, onLook }: EventTableProps) {
  const body = useRef<HTMLDivElement>(null);
  const view = useRowsInView(body, list.total);
  const { from, to, height, above } = view;
  useEffect(() => onLook(view), [from, to, above, list]);
  const [active, setActive] = useState<number | null>(null);
  const zone = usePreference((preferences) => preferences.zone);
  const rows = Array.from({ length: to - from }, (_, index) => from + index);
  const events = rows.map((row) => eventAt(list.pages, row));
  const isActive = (event: RecordedEvent | null) => event !== null && positionOf(event) === active;
  const stop = events.some(isActive) ? events.findIndex(isActive) : Math.max(0, above - from);
  return (
    <div
      ref={body}
      className="event-list"
      style={{ paddingTop: from * height, paddingBottom: (list.total - to) * height }}
    >
      <table
        role="table"
        aria-label="Events"
        aria-rowcount={list.complete ? list.total + 1 : -1}
        className="events"
      >
        <Heads zone={zone === "utc" ? "UTC" : "local"} />
        <tbody
          role="rowgroup"
          onKeyDown={moveFocus}
          onClick={follow}
          onFocus={({ target }) => setActive(positionIn(target))}
        >
          {events.map((event, index) => (
            <EventRow
              key={event === null ? `row ${from + index}` : event.sequence}
              event={event}
              row={from + index}
              href={event === null ? "" : hrefOf(event)}
              zone={zone}
              fresh={event !== null && positionOf(event) > fresh}
              stops={index === stop}
            />
          ))}
        </tbody>
      </table>
      <OnPaper list={list} drawn={to - from} />
    </div>
  );
}

/** What paper has to say: only the rows about the screen can be printed. */
function OnPaper({ list, drawn }: { readonly list: ListState; readonly drawn: number }) {
  const isWhole = list.complete && drawn >= list.total;
  const of = list.complete ? `${whole(list.total)} events` : "the events";
  return (
    <p className="on-paper print-only">
      {isWhole
        ? `${of} in all`
        : `${whole(drawn)} of ${of}: those about what was on the screen. The export has all.`}
    </p>
  );
}

function Heads({ zone }: { readonly zone: string }) {
  return (
    <thead role="rowgroup">
      <tr role="row" aria-rowindex={1}>
        <th role="columnheader" scope="col" className="event-position">Position</th>
        <th role="columnheader" scope="col" className="event-recorded">Recorded ({zone})</th>
        <th role="columnheader" scope="col" className="event-time">Happened ({zone})</th>
        <th role="columnheader" scope="col" className="event-source">Source</th>
        <th role="columnheader" scope="col" className="event-type">Type</th>
        <th role="columnheader" scope="col" className="event-subject">Subject</th>
        <th role="columnheader" scope="col" className="event-amount">Amount</th>
        <th role="columnheader" scope="col" className="event-summary">Summary</th>
      </tr>
    </thead>
  );
}

/** The row that something in it is of. */
function rowOf(target: EventTarget): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
}

function positionIn(target: EventTarget): number | null {
  const text = rowOf(target)?.querySelector("a")?.hash.split("/").at(-1)?.split("?")[0] ?? "";
  return /^\d+$/.test(text) ? Number(text) : null;
}

/** A whole row leads where its link does; text in it can be marked all the same. */
function follow(event: MouseEvent): void {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const isOnLink = event.target instanceof Element && event.target.closest("a") !== null;
  if (!isPlain || isOnLink || getSelection()?.isCollapsed === false) return;
  rowOf(event.target)?.querySelector("a")?.click();
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

function moveFocus(event: KeyboardEvent): void {
  const step = STEPS[event.key];
  const row = rowOf(event.target)?.dataset.row;
  if (step === undefined || row === undefined) return;
  const next = event.currentTarget.querySelector<HTMLElement>(
    `[data-row="${Number(row) + step}"] a`,
  );
  if (next === null) return;
  event.preventDefault();
  next.focus();
}

/** A row of the log. */
import { memo } from "react";
import type { RecordedEvent } from "../../pnl/event.ts";
import { positionOf, sourceWords, typeWords } from "../events/catalogue.ts";
import { stampText } from "../events/stamp.ts";
import { summaryOf } from "../events/summary.ts";
import { timeText, whole } from "../format.ts";
import type { Preferences } from "../preferences.ts";
import { Amount } from "./amount.tsx";
import { EventSummary } from "./event_summary.tsx";

/** Properties of {@link EventRow}. */
export interface EventRowProps {
  /** Null where it is being read again. */
  readonly event: RecordedEvent | null;
  /** Its place in the list, from 0. */
  readonly row: number;
  /** Where the event is shown by itself. */
  readonly href: string;
  readonly zone: Preferences["zone"];
  /** It came while the reader was looking. */
  readonly fresh: boolean;
  /** The tab key stops here. */
  readonly stops: boolean;
}

/** The row. Rows have roles of their own, for on a narrow page they are laid out as no table is. */
export const EventRow = memo(function EventRow(props: EventRowProps) {
  const { event, row, href, zone, fresh, stops } = props;
  // The heads are the first row.
  const at = { "aria-rowindex": row + 2, "data-row": row };
  if (event === null) return <EmptyRow at={at} />;
  const { amount, pieces } = summaryOf(event);
  return (
    <tr role="row" {...at} data-fresh={fresh || undefined}>
      <th role="rowheader" scope="row" className="event-position">
        <a href={href} tabIndex={stops ? 0 : -1}>{whole(positionOf(event))}</a>
      </th>
      <Stamp name="event-recorded" value={event.recordedtime} zone={zone} />
      <Stamp name="event-time" value={event.time} zone={zone} />
      <td role="cell" className="event-source">{sourceWords(event.source)}</td>
      <td role="cell" className="event-type" title={event.type}>{typeWords(event.type)}</td>
      <td role="cell" className="event-subject" title={event.subject}>{event.subject}</td>
      <td role="cell" className="event-amount">
        {amount === null ? null : <Amount value={amount} exact />}
      </td>
      <td role="cell" className="event-summary">
        <EventSummary pieces={pieces} />
      </td>
    </tr>
  );
});

function Stamp(
  { name, value, zone }: {
    readonly name: string;
    readonly value: string;
    readonly zone: Preferences["zone"];
  },
) {
  return (
    <td role="cell" className={name}>
      <time dateTime={value} title={timeText(value, zone)}>{stampText(value, zone)}</time>
    </td>
  );
}

function EmptyRow({ at }: { readonly at: Readonly<Record<string, number>> }) {
  return (
    <tr role="row" {...at} aria-busy="true">
      <td role="cell" colSpan={8}>
        <span className="skeleton">
          <span className="unseen">Loading</span>
        </span>
      </td>
    </tr>
  );
}

/** One event of the log: its record, its proof, and what became of it. */
import { EventCorrections } from "../components/event_corrections.tsx";
import { EventFacts } from "../components/event_facts.tsx";
import { EventMoves } from "../components/event_moves.tsx";
import { EventRecordText } from "../components/event_record.tsx";
import { LeafProof } from "../components/leaf_proof.tsx";
import { Empty, Failed } from "../components/states.tsx";
import { positionOf, typeWords } from "../events/catalogue.ts";
import { type Filter, filterOf, namesIn } from "../events/filter.ts";
import { useNeighbours } from "../events/use_neighbours.ts";
import { type EventRecord, useRecord } from "../events/use_record.ts";
import { whole } from "../format.ts";
import { useShortcuts } from "../keyboard.ts";
import { goTo, hrefOf, useRoute } from "../route.ts";

/** Reads a position; null where it is none. */
function readPosition(text: string): number | null {
  const position = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(position) && position > 0 ? position : null;
}

/** Shows the event at a position. */
export function EventView({ position: text }: { readonly position: string }) {
  const { params } = useRoute();
  const filter = filterOf(params);
  const position = readPosition(text);
  const { data, error, loading, retry } = useRecord(position);
  const list = hrefOf("events", null, filter);
  return (
    <div className="event" aria-busy={loading}>
      <EventHead {...{ position, text, filter, list, record: data }} />
      {position === null || error?.status === 404
        ? <NoEvent text={text} list={list} />
        : error !== null
        ? <Failed error={error} retry={retry} />
        : data === null
        ? <EventSkeleton />
        : <EventParts record={data} old={positionOf(data.event) !== position} />}
    </div>
  );
}

function EventParts({ record, old }: { readonly record: EventRecord; readonly old: boolean }) {
  const { event, line } = record;
  return (
    <div className="event-parts" data-old={old || undefined}>
      <div>
        <EventFacts event={event} />
        <EventMoves event={event} />
        <EventCorrections event={event} />
      </div>
      <div>
        <LeafProof record={record} />
        <EventRecordText line={line} />
      </div>
    </div>
  );
}

interface HeadProps {
  readonly position: number | null;
  readonly text: string;
  readonly filter: Filter;
  /** The list that the reader came from. */
  readonly list: string;
  readonly record: EventRecord | null;
}

function EventHead({ position, text, filter, list, record }: HeadProps) {
  const { older, newer } = useNeighbours(position, filter);
  const to = (next: number | null) => next === null ? null : hrefOf("events", String(next), filter);
  const [olderHref, newerHref] = [to(older), to(newer)];
  const go = (href: string | null) => () => {
    if (href !== null) goTo(href);
  };
  useShortcuts(
    [
      { keys: "n", label: "Newer event", run: go(newerHref) },
      { keys: "p", label: "Older event", run: go(olderHref) },
      { keys: "u", label: "Back to the events", run: go(list) },
    ],
    olderHref,
    newerHref,
    list,
  );
  const matching = namesIn(filter).length === 0 ? "" : " match";
  return (
    <header className="event-head">
      <a className="event-back" href={list}>
        {matching === "" ? "All events" : "Filtered events"}
      </a>
      <h1>
        Event {position === null ? text.slice(0, 40) : whole(position)}
        {record === null ? null : <span className="quiet">{typeWords(record.event.type)}</span>}
      </h1>
      <nav aria-label="Events beside this one">
        <Step href={olderHref} words={`← Older${matching}`} />
        <Step href={newerHref} words={`Newer${matching} →`} />
      </nav>
    </header>
  );
}

function Step({ href, words }: { readonly href: string | null; readonly words: string }) {
  return href === null
    ? <span className="button" aria-disabled="true">{words}</span>
    : <a className="button" href={href}>{words}</a>;
}

function NoEvent({ text, list }: { readonly text: string; readonly list: string }) {
  return (
    <Empty title={`The log has no event ${text.slice(0, 40)}.`}>
      <p>
        Positions count from 1 without a gap. <a href={list}>The newest events</a>
      </p>
    </Empty>
  );
}

function EventSkeleton() {
  return (
    <div className="event-parts" role="status">
      <span className="unseen">Loading the event…</span>
      <span className="skeleton" />
      <span className="skeleton" />
    </div>
  );
}

/** The events behind a figure: how many, the first, the last, and all of them in the log. */
import type { ExplainedBy } from "../explanation.ts";
import { whole } from "../format.ts";
import { hrefOf } from "../route.ts";

/** So many are linked one by one; all are behind the filter. */
const LINKED = 12;

function EventLink({ position }: { readonly position: number }) {
  return <a href={hrefOf("events", String(position))}>{whole(position)}</a>;
}

/** Links to the events. */
export function ExplainEvents({ events }: { readonly events: ExplainedBy }) {
  const { count, first, last, query, positions } = events;
  if (count === 0) return <p>No events.</p>;
  if (count === 1) {
    return (
      <p>
        From event <EventLink position={first} />.
      </p>
    );
  }
  const newest = positions.slice(-LINKED).toReversed();
  const all = hrefOf("events", null, Object.fromEntries(new URLSearchParams(query)));
  return (
    <>
      <p>
        <a href={all}>{whole(count)} events</a>, the first <EventLink position={first} />, the last
        {" "}
        <EventLink position={last} />.
      </p>
      {count === 2 ? null : (
        <p className="positions">
          Newest: {newest.map((position) => <EventLink key={position} position={position} />)}
        </p>
      )}
    </>
  );
}

/** Corrections of an event: nothing is edited, so they are events of their own. */
import type { RecordedEvent } from "../../pnl/event.ts";
import { useJson } from "../api.ts";
import { positionOf } from "../events/catalogue.ts";
import { summaryOf } from "../events/summary.ts";
import { hrefOf } from "../route.ts";
import { usePnl } from "../session.ts";
import { Amount } from "./amount.tsx";
import { EventSummary } from "./event_summary.tsx";
import { Time } from "./time.tsx";

interface Page {
  readonly items: readonly RecordedEvent[];
}

const ADJUSTMENT = "pnl.adjustment.recorded.v1";
const MOST = 20;

/** Adjustments that name an event as what they correct: by its position, its id, or its subject. */
function useCorrections(event: RecordedEvent): RecordedEvent[] {
  const head = usePnl(({ snapshot }) => snapshot?.position ?? 0);
  const ask = (subject: string) => {
    const query = new URLSearchParams({ type: ADJUSTMENT, subject, limit: String(MOST) });
    return `api/events?${query}`;
  };
  const own = positionOf(event);
  const pages = [
    useJson<Page>(ask(String(own)), head),
    useJson<Page>(ask(event.id), head),
    useJson<Page>(ask(event.subject), head),
  ];
  const found = new Map<number, RecordedEvent>();
  for (const item of pages.flatMap(({ data }) => data?.items ?? [])) {
    if (positionOf(item) !== own) found.set(positionOf(item), item);
  }
  return [...found.values()].sort((a, b) => positionOf(a) - positionOf(b));
}

/** The corrections. */
export function EventCorrections({ event }: { readonly event: RecordedEvent }) {
  const corrections = useCorrections(event);
  return (
    <section className="card" aria-labelledby="corrections-title">
      <h2 id="corrections-title">Corrections</h2>
      {corrections.length === 0
        ? <p className="quiet">None is recorded for this event or its subject.</p>
        : (
          <ul className="corrections">
            {corrections.map((each) => <Correction key={each.sequence} event={each} />)}
          </ul>
        )}
    </section>
  );
}

function Correction({ event }: { readonly event: RecordedEvent }) {
  const { amount, pieces } = summaryOf(event);
  const position = String(positionOf(event));
  return (
    <li>
      <a href={hrefOf("events", position)}>{position}</a>
      <Amount value={amount} signed />
      <span>
        <EventSummary pieces={pieces} />
      </span>
      <span className="quiet">
        <Time value={event.recordedtime} />
      </span>
    </li>
  );
}

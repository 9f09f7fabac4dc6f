/** An event's own words: what, of whom, and when by both clocks. */
import type { ReactNode } from "react";
import type { RecordedEvent } from "../../pnl/event.ts";
import { sourceWords, typeWords } from "../events/catalogue.ts";
import { delayWords } from "../events/pretty.ts";
import { stampText } from "../events/stamp.ts";
import { summaryOf } from "../events/summary.ts";
import { timeText } from "../format.ts";
import { usePreference } from "../preferences.ts";
import { hrefOf } from "../route.ts";
import { Amount } from "./amount.tsx";
import { EventSummary } from "./event_summary.tsx";

/** The facts. Source, type and subject lead to the events that share them. */
export function EventFacts({ event }: { readonly event: RecordedEvent }) {
  const { amount, pieces } = summaryOf(event);
  const { source, type, subject, id, time, recordedtime } = event;
  const upstream = "upstreamTime" in event.data ? event.data.upstreamTime : undefined;
  return (
    <section className="card" aria-labelledby="facts-title">
      <h2 id="facts-title">Event</h2>
      <dl className="facts">
        {amount === null ? null : (
          <Fact name="Amount">
            <Amount value={amount} exact />
          </Fact>
        )}
        {pieces.length === 0 ? null : (
          <Fact name="Summary">
            <EventSummary pieces={pieces} />
          </Fact>
        )}
        <Fact name="Happened">
          <Stamp value={time} /> {upstream === undefined
            ? null
            : <span className="quiet fact-more">upstream {upstream}</span>}
        </Fact>
        <Fact name="Recorded">
          <Stamp value={recordedtime} />{" "}
          <span className="quiet">{delayWords(time, recordedtime)}</span>
        </Fact>
        <Fact name="Source">
          <a href={hrefOf("events", null, { source })}>{sourceWords(source)}</a>{" "}
          <code className="quiet">{source}</code>
        </Fact>
        <Fact name="Type">
          <a href={hrefOf("events", null, { type })}>{typeWords(type)}</a>{" "}
          <code className="quiet">{type}</code>
        </Fact>
        <Fact name="Subject">
          <a href={hrefOf("events", null, { source, subject })}>{subject}</a>
        </Fact>
        <Fact name="Id">
          <code>{id}</code>
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Stamp({ value }: { readonly value: string }) {
  const zone = usePreference((preferences) => preferences.zone);
  const name = timeText(value, zone).slice("2026-11-22 10:00:00 ".length);
  return <time dateTime={value}>{stampText(value, zone)} {name}</time>;
}

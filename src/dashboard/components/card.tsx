/** A source's part of the breakdown: what it comes to, and how fresh it is. */
import { type ReactNode, useId } from "react";
import type { DeliveredSnapshot } from "../../client/delivered.ts";
import { ageText } from "../format.ts";
import { SOURCE_LABELS, type SourceName } from "../metrics.ts";
import { hrefOf } from "../route.ts";
import { Amount } from "./amount.tsx";

/** Properties of {@link Card}. */
export interface CardProps {
  readonly source: SourceName;
  /** What the total is, in words. */
  readonly title: string;
  readonly total: string;
  /** Of the newest snapshot: how the source is now, whatever position the figures are of. */
  readonly served: DeliveredSnapshot["served"] | null;
  readonly children: ReactNode;
}

/** The card of a source. */
export function Card({ source, title, total, served, children }: CardProps) {
  const id = useId();
  return (
    <article className="card source-card" data-source={source} aria-labelledby={id}>
      <header>
        <h2 id={id}>{SOURCE_LABELS[source]}</h2>
        {served === null ? null : <SourceState source={source} served={served} />}
        <p className="card-total">
          <span className="quiet">{title}</span>{" "}
          <Amount value={total} signed={source === "kalshi"} />
        </p>
      </header>
      <div className="card-parts">{children}</div>
    </article>
  );
}

/** How a source is: a badge that leads to where more is said. */
function SourceState(
  { source, served }: {
    readonly source: SourceName;
    readonly served: DeliveredSnapshot["served"];
  },
) {
  if (served.notConfigured.includes(source)) {
    return <a className="badge" data-worth="default" href={hrefOf("sources")}>Not configured</a>;
  }
  const age = served.sources[source]?.dataAgeMs ?? null;
  const read = age === null ? "not read yet" : `read ${ageText(age)} ago`;
  const isStale = served.stale.includes(source);
  return (
    <a className="badge" data-worth={isStale ? "stale" : "live"} href={hrefOf("sources")}>
      {isStale ? "Stale, " : ""}
      {read}
    </a>
  );
}

/** A metric: its value, how far it is from its base, its curve, and how much it is worth. */
import { useId } from "react";
import type { DeliveredSnapshot } from "../../client/delivered.ts";
import { exactMoney, percentage } from "../format.ts";
import { type MetricName, METRICS } from "../metrics.ts";
import { usePreference } from "../preferences.ts";
import type { Sample } from "../spark_shape.ts";
import { type Note, notesOn, type Worth } from "../worth.ts";
import { Amount, Percent } from "./amount.tsx";
import { CopyButton } from "./copy_button.tsx";
import { Explained } from "./explained.tsx";
import { Flash } from "./flash.tsx";
import { AsOf, WorthBadge } from "./freshness.tsx";
import { Sparkline } from "./sparkline.tsx";
import { type NamedBase, TileChange } from "./tile_change.tsx";

/** Properties of {@link Tile}. */
export interface TileProps {
  readonly metric: MetricName;
  readonly snapshot: DeliveredSnapshot;
  readonly worth: Worth;
  readonly sandbox: boolean;
  readonly ageMs: number | null;
  readonly named: NamedBase | null;
  readonly samples: readonly Sample[];
  /** The time that the samples are of. */
  readonly span: string;
  /** What is said where they make no curve; null: nothing, for it is said elsewhere. */
  readonly missing: string | null;
}

/** The tile of a metric. */
export function Tile(props: TileProps) {
  const { metric, snapshot, worth, sandbox, ageMs, named, samples, span, missing } = props;
  const id = useId();
  const { label, unit } = METRICS[metric];
  const isKnown = worth !== "default";
  const sinceMs = Math.max(0, (ageMs ?? 0) - (snapshot.served.confirmedAgeMs ?? 0));
  return (
    <article className="tile" data-metric={metric} data-worth={worth} aria-labelledby={id}>
      <header>
        <h2 id={id}>{label}</h2>
        <WorthBadge worth={worth} sandbox={sandbox} />
      </header>
      <TileValue
        metric={metric}
        value={isKnown ? snapshot.metrics[metric] : null}
        position={isKnown ? snapshot.position : null}
      />
      {isKnown ? <TileChange metric={metric} metrics={snapshot.metrics} named={named} /> : null}
      <Notes notes={isKnown ? notesOn(metric, snapshot, sinceMs) : []} />
      <Sparkline samples={samples} unit={unit} span={span} missing={missing} />
      <AsOf served={snapshot.served} ageMs={ageMs} />
    </article>
  );
}

function TileValue(
  { metric, value, position }: {
    readonly metric: MetricName;
    readonly value: string | null;
    readonly position: number | null;
  },
) {
  const { label, unit, signed } = METRICS[metric];
  const hidden = usePreference((preferences) => preferences.hideAmounts) && unit === "USD";
  const Figure = unit === "USD" ? Amount : Percent;
  const exact = () => unit === "USD" ? exactMoney(value) : percentage(value);
  return (
    <p className="tile-value">
      <Explained metric={metric} at={position}>
        <Flash value={value}>
          <Figure value={value} signed={signed} />
        </Flash>
      </Explained>
      {value === null || hidden ? null : <CopyButton text={exact} what={label} />}
    </p>
  );
}

function Notes({ notes }: { readonly notes: readonly Note[] }) {
  if (notes.length === 0) return null;
  return (
    <ul className="tile-notes">
      {notes.map(({ text, href }, index) => (
        // Not by its text, which may hold an age: a link that has the focus keeps it.
        <li key={index}>
          <a href={href}>{text}</a>
        </li>
      ))}
    </ul>
  );
}

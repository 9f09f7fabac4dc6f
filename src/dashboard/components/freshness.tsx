/** How old a figure is, where it came from, and what it is worth. */
import { ageText } from "../format.ts";
import type { DeliveredSnapshot } from "../../client/delivered.ts";
import type { Worth } from "../worth.ts";
import { ClockTime } from "./clock_time.tsx";

const WORDS: Readonly<Record<Worth, string>> = {
  live: "Live",
  delayed: "Delayed",
  stale: "Stale",
  default: "No data",
};

const TIERS: Readonly<Record<DeliveredSnapshot["served"]["from"], string>> = {
  memory: "memory",
  redis: "Redis",
  sqlite: "SQLite",
  default: "no tier",
};

/** The badge of a figure; one more where it is none of the real accounts. */
export function WorthBadge(
  { worth, sandbox }: { readonly worth: Worth; readonly sandbox: boolean },
) {
  return (
    <span className="badges">
      {sandbox ? <span className="badge" data-worth="sandbox">Sandbox</span> : null}
      <span className="badge" data-worth={worth}>{WORDS[worth]}</span>
    </span>
  );
}

/** Properties of {@link AsOf}. */
export interface AsOfProps {
  readonly served: DeliveredSnapshot["served"];
  /** How old the snapshot is by now, milliseconds; null where that is not known. */
  readonly ageMs: number | null;
}

/** When a snapshot was known to be the newest, how long ago that is, and the tier it came from. */
export function AsOf({ served, ageMs }: AsOfProps) {
  const { at, confirmedAgeMs, from } = served;
  if (from === "default") return <p className="as-of">{TIERS[from]}</p>;
  const confirmed = confirmedAgeMs === null
    ? null
    : new Date(Date.parse(at) - confirmedAgeMs).toISOString();
  return (
    <p className="as-of">
      {confirmed === null ? "as of an unknown time" : (
        <>
          as of <ClockTime value={confirmed} />
        </>
      )}
      {ageMs === null ? null : <span className="age">{ageText(ageMs)} ago</span>}
      <span className="tier">{TIERS[from]}</span>
    </p>
  );
}

/** Figures on the page: exact on hover, hidden where the reader asked for it, a sign as well as a colour. */
import { exactMoney, money, NOTHING, percentage, signOf } from "../format.ts";
import { usePreference } from "../preferences.ts";

const TONES = { "-1": "down", "0": "even", "1": "up" } as const;

/** What stands where amounts are hidden. */
const HIDDEN = "•••••";

/** Properties of {@link Amount} and {@link Percent}. */
export interface FigureProps {
  /** A decimal string of the server's; null: not known. */
  readonly value: string | null | undefined;
  /** Shows the sign of a gain, and colours both. */
  readonly signed?: boolean;
}

/** Dollars; `exact` shows every digit, where a reader compares records. */
export function Amount(
  { value, signed = false, exact = false }: FigureProps & { readonly exact?: boolean },
) {
  const hidden = usePreference((preferences) => preferences.hideAmounts);
  if (value === null || value === undefined) return <Unknown />;
  if (hidden) return <span className="figure hidden-amount" aria-label="hidden">{HIDDEN}</span>;
  return (
    <span
      className="figure"
      data-tone={signed ? TONES[`${signOf(value)}`] : undefined}
      data-value={value}
      title={exactMoney(value)}
    >
      {(exact ? exactMoney : money)(value, signed ? "signed" : "plain")}
    </span>
  );
}

/** Percent with two places. It tells no amount, so it is never hidden. */
export function Percent({ value, signed = false }: FigureProps) {
  if (value === null || value === undefined) return <Unknown />;
  return (
    <span
      className="figure"
      data-tone={signed ? TONES[`${signOf(value)}`] : undefined}
      data-value={value}
    >
      {percentage(value, signed ? "signed" : "plain")}
    </span>
  );
}

function Unknown() {
  return (
    <span className="figure" data-value="">
      <span aria-hidden="true">{NOTHING}</span>
      <span className="unseen">not known</span>
    </span>
  );
}

/** What an event says, in a line; its figures are hidden with the amounts. */
import { usePreference } from "../preferences.ts";
import type { Piece } from "../events/summary.ts";
import { Amount } from "./amount.tsx";

/** The pieces of a summary. */
export function EventSummary({ pieces }: { readonly pieces: readonly Piece[] }) {
  return pieces.map((piece, index) => <OnePiece key={index} piece={piece} />);
}

function OnePiece({ piece }: { readonly piece: Piece }) {
  const hidden = usePreference((preferences) => preferences.hideAmounts);
  if (typeof piece === "string") return piece;
  if ("money" in piece) return <Amount value={piece.money} exact />;
  return hidden
    ? <span className="figure hidden-amount" aria-label="hidden">••••</span>
    : <span className="figure" data-value={piece.count}>{piece.count}</span>;
}

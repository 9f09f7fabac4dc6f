/** The title of the tab: the net, unless the reader hides amounts, and a mark where it may be old. */
import type { PnlStoreState } from "../client/store.ts";
import { money } from "./format.ts";
import { lineWorth } from "./line_worth.ts";

const NAME = "Profit and loss";

/** @param view the name of what is shown */
export function pageTitle(
  state: Pick<PnlStoreState, "status" | "snapshot">,
  view: string,
  hideAmounts: boolean,
): string {
  const worth = lineWorth(state);
  const { snapshot } = state;
  const isKnown = snapshot !== null && snapshot.served.from !== "default";
  const net = isKnown && !hideAmounts ? `${money(snapshot.metrics.netPnl, "signed")} · ` : "";
  const mark = worth === "live" || worth === "waiting" ? "" : worth === "paused" ? "⏸ " : "⚠ ";
  return `${mark}${net}${view} · ${NAME}`;
}

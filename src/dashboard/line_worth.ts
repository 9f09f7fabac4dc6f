/** What all that is on the screen is worth together. */
import type { PnlStoreState } from "../client/store.ts";

/**
 * `waiting`: nothing has come yet. `lost`: the line is cut, and the last figures stay. `stored`: they are
 * those of the last visit. `unconfirmed`: the server is not sure that it has the newest. `stale`: a source
 * does not answer, or there are no figures.
 */
export type LineWorth = "waiting" | "lost" | "stored" | "paused" | "unconfirmed" | "stale" | "live";

/** The worth of a state of the store. */
export function lineWorth(
  { status, snapshot }: Pick<PnlStoreState, "status" | "snapshot">,
): LineWorth {
  if (snapshot === null) return "waiting";
  if (status === "paused" || status === "stored") return status;
  if (status !== "live" && status !== "polling") return "lost";
  const { confirmed, stale, from } = snapshot.served;
  if (!confirmed) return "unconfirmed";
  return stale.length > 0 || from === "default" ? "stale" : "live";
}

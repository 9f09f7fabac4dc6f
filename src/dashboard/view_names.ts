/** What the views are called. */
import type { ViewName } from "./route.ts";

/** Their names, as in the navigation. */
export const VIEW_NAMES: Readonly<Record<ViewName, string>> = {
  now: "Now",
  curve: "Curve",
  breakdown: "Breakdown",
  sources: "Sources",
  events: "Events",
  explain: "Explain",
};

/** The key after `g` that leads to a view of the navigation. */
export const VIEW_KEYS = {
  now: "n",
  curve: "c",
  breakdown: "b",
  sources: "s",
  events: "e",
} as const;

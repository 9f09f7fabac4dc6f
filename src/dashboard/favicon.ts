/** The icon of the tab: it tells how things are without the page being seen. */
import type { LineWorth } from "./line_worth.ts";

const CURVE =
  "<path d='M2.5 11.5 6 7.5l2.5 2.5 5-6' fill='none' stroke='white' stroke-width='1.8' " +
  "stroke-linecap='round' stroke-linejoin='round'/>";
const PAUSED = "<path d='M5.5 4.5v7M10.5 4.5v7' stroke='white' stroke-width='2' " +
  "stroke-linecap='round'/>";

const COLOURS: Readonly<Record<LineWorth, string>> = {
  live: "#0a58ad",
  paused: "#4d5a68",
  waiting: "#4d5a68",
  stale: "#a86400",
  unconfirmed: "#a86400",
  stored: "#a86400",
  lost: "#ad1f17",
};

/** The address of the icon. */
export function faviconOf(worth: LineWorth): string {
  const shape = worth === "paused" ? PAUSED : CURVE;
  const svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>" +
    `<rect width='16' height='16' rx='3' fill='${COLOURS[worth]}'/>${shape}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

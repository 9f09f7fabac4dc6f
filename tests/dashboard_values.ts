/** Reads values off the dashboard, to the last digit, and what the server says of the same event. */
import type { Page } from "playwright-core";
import type { DeliveredSnapshot } from "../src/client/delivered.ts";

/** The exact values under a selector, in the order of the page. */
export function valuesOf(page: Page, selector: string): Promise<string[]> {
  return page.evaluate<string[]>(
    `[...document.querySelectorAll("${selector} [data-value]")].map((each) => each.dataset.value)`,
  );
}

/** The exact value of a tile; empty where it is not known, undefined where it is not drawn yet. */
export async function tileValue(page: Page, metric: string): Promise<string | undefined> {
  return (await valuesOf(page, `[data-metric=${metric}] .tile-value`))[0];
}

/** The current snapshot of a server, at or after a position of its log. */
export async function currentOf(origin: string, position = 1): Promise<DeliveredSnapshot> {
  return await (await fetch(`${origin}/api/pnl/current?minPosition=${position}`)).json();
}

/** All figures of the view `now`, and the position that it shows; null where it is not drawn yet. */
export function nowFigures(page: Page): Promise<{ position: string; figures: string } | null> {
  return page.evaluate<{ position: string; figures: string } | null>(`(() => {
    const of = (element) => element?.querySelector("[data-value]")?.dataset.value;
    const tiles = [...document.querySelectorAll(".tile")].map((tile) =>
      [tile.dataset.metric, of(tile.querySelector(".tile-value"))]);
    const periods = [...document.querySelectorAll("[data-period]")].flatMap((row) =>
      [...row.querySelectorAll("[data-figure]")].map((cell) =>
        [row.dataset.period + "." + cell.dataset.figure, of(cell)]));
    const position = document.querySelector(".standing a")?.textContent.replace(/\\D/g, "");
    return position === undefined || tiles.length === 0
      ? null
      : { position, figures: JSON.stringify(Object.fromEntries([...tiles, ...periods])) };
  })()`);
}

const METRICS = [
  ...["netPnl", "totalRevenue", "totalExpenses"] as const,
  ...["grossMarginPct", "trendPct", "dailyTrendPct"] as const,
];
const PERIODS = ["day", "month", "year", "all"] as const;
const FIGURES = ["revenue", "expenses", "netPnl", "grossMarginPct"] as const;

/** The figures that the view `now` shows of a snapshot, as {@link nowFigures} gives them. */
export function wishedFigures({ metrics, periods }: DeliveredSnapshot): string {
  return JSON.stringify(Object.fromEntries([
    ...METRICS.map((name) => [name, metrics[name] ?? ""]),
    ...PERIODS.flatMap((period) =>
      FIGURES.map((figure) => [`${period}.${figure}`, periods[period][figure] ?? ""])
    ),
  ]));
}

/** A server with a history that a curve can be drawn of, and what a page shows of it. */
import type { BrowserContextOptions, Page } from "playwright-core";
import { startTestServer, type TestServer, totals, WINDOW_MS } from "../src/http/test_server.ts";
import { reached } from "../src/projection/testing.ts";
import { builtDashboard, type OpenDashboard, openDashboard } from "./dashboard_page.ts";
import { until } from "./server_process.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** An item of history; raw ones are snapshots. */
export interface HistoryItem {
  readonly start: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly window: { readonly end: string };
  readonly metrics: { readonly netPnl: string };
}

/** Appends an observation after some time and waits until it is folded. */
export async function observe(server: TestServer, afterMs: number, collected: string) {
  server.clock.step(afterMs);
  await server.collect(collected);
}

/** Appends a correction by an operator. */
export async function correct({ log, clock, projector }: TestServer, amount: string) {
  log.append([{
    kind: "fact",
    source: "/operator",
    id: `correction-${amount}`,
    type: "pnl.adjustment.recorded.v1",
    subject: "revenue",
    time: new Date(clock.now()).toISOString(),
    data: { amount, component: "revenue", reason: "Paid twice", who: "tester" },
  }]);
  await reached(projector, log.head().position);
}

/**
 * A server with three days of two values an hour, a gap of five hours, and half an hour in windows of five
 * seconds, in which the value falls and rises again.
 */
export async function startCurveServer(): Promise<TestServer> {
  const server = await startTestServer({ dashboard: await builtDashboard() });
  for (let hour = 0; hour < 67; hour++) {
    await observe(server, hour === 0 ? 0 : 40 * MINUTE_MS, `${1_000 + hour * 7}.125`);
    await observe(server, 20 * MINUTE_MS, `${1_003 + hour * 7}.125`);
  }
  server.clock.step(5 * HOUR_MS);
  const batch = (n: number) => totals(`${1_400 + (n % 60 < 30 ? n % 60 : 60 - n % 60)}.0625`, 0);
  for (let n = 0; n < 360; n++) {
    server.clock.step(WINDOW_MS);
    server.log.append([{ ...batch(n), time: new Date(server.clock.now()).toISOString() }]);
  }
  await reached(server.projector, server.log.head().position);
  return server;
}

/** Opens the curve of a server; `forgiven` as {@link openDashboard} takes it. */
export async function openCurve(
  server: TestServer,
  params: string,
  context: BrowserContextOptions = {},
  forgiven?: RegExp,
): Promise<OpenDashboard> {
  const dashboard = await openDashboard({
    origin: server.origin,
    at: `#/curve?${params}`,
    context,
    ...(forgiven === undefined ? {} : { forgiven }),
  });
  await settled(dashboard.page);
  return dashboard;
}

/** Waits until the curve that was asked for is drawn. */
export async function settled(page: Page): Promise<void> {
  await page.locator('.curve-card[data-old="false"][aria-busy="false"] canvas').first().waitFor();
}

/** All items of history of a resolution, oldest first. */
export async function history(
  server: TestServer,
  resolution: string,
  from: number,
): Promise<HistoryItem[]> {
  const items: HistoryItem[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query = new URLSearchParams({ resolution, from: new Date(from).toISOString() });
    query.set("limit", "1000");
    if (cursor !== "") query.set("cursor", cursor);
    const page = await (await server.get(`/api/pnl/history?${query}`)).json();
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

/** The rows of all pages of the curve's table, newest first: time, open, high, low, net, drawdown. */
export async function tableRows(page: Page): Promise<string[][]> {
  const summary = page.locator(".curve-data > summary");
  if (await page.locator(".curve-data[open]").count() === 0) await summary.click();
  const rows: string[][] = [];
  const newer = page.getByRole("button", { name: "Newer" });
  while (await newer.isEnabled()) await newer.click();
  const older = page.getByRole("button", { name: "Older" });
  for (;;) {
    rows.push(
      ...await page.evaluate<string[][]>(`[...document.querySelectorAll(".curve-data tbody tr")]
      .map((row) => [row.querySelector("th").textContent,
        ...[...row.querySelectorAll("[data-value]")].map((at) => at.dataset.value)])`),
    );
    if (await older.isDisabled()) return rows;
    await older.click();
  }
}

/** The value in large figures. */
export async function shownNet(page: Page): Promise<string> {
  return await page.locator(".curve-net [data-value]").getAttribute("data-value") ?? "";
}

/** Waits until the value in large figures is as wished. */
export async function showsNet(page: Page, wished: string): Promise<void> {
  await until(() => shownNet(page), (found) => found === wished, 10_000);
}

/** The pixels of the main pane: of a copy, for the browser warns of a canvas that is often read. */
const PIXELS = `(() => {
  const canvas = document.querySelector(".curve-plot td:nth-child(2) canvas");
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
})()`;

/**
 * For each column of the main pane, how many pixels are of the curve's line or area: anything that is
 * bluer or redder than the grey of lines and letters. The line of the last value has one or two.
 */
export async function inkByColumn(page: Page): Promise<number[]> {
  return await page.evaluate<number[]>(`(() => {
    const { data, width, height } = ${PIXELS};
    return Array.from({ length: width }, (_, x) => {
      let count = 0;
      for (let y = 0; y < height; y++) {
        const at = 4 * (y * width + x);
        if (Math.abs(data[at] - data[at + 2]) > 12) count += 1;
      }
      return count;
    });
  })()`);
}

/** The colour of the chart's ground, such as `255,255,255`. */
export async function groundOf(page: Page): Promise<string> {
  return await page.evaluate<string>(`[...${PIXELS}.data.slice(0, 3)].join()`);
}

/** Bounds of the preset and custom ranges that tests ask for. */
export const SPANS = { HOUR_MS, MINUTE_MS } as const;

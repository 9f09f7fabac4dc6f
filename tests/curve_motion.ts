/** What a long curve costs the page: until it is drawn, and while it is moved and zoomed. */
import type { Page } from "playwright-core";
import { settled } from "./curve_stage.ts";
import { openDashboard } from "./dashboard_page.ts";

/** What was measured. */
export interface Motion {
  /** From the beginning of the navigation until the curve is drawn, in milliseconds. */
  readonly firstDrawMs: number;
  /** The longest task of the page, in milliseconds, while it was loaded and while it was moved; 0: none of 50 ms. */
  readonly longestLoadingMs: number;
  readonly longestMovingMs: number;
  /** Points on the screen at most. */
  readonly points: number;
}

const WATCH = `globalThis.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ type: "longtask", buffered: true });`;

/** The longest task since it was last asked. */
async function longestTask(page: Page): Promise<number> {
  return await page.evaluate<number>("Math.max(0, ...longTasks.splice(0))");
}

async function countPoints(page: Page): Promise<number> {
  const text = await page.locator(".curve-data > summary").innerText();
  return Number(text.replaceAll(/\D/g, ""));
}

/** Drags the chart by some pixels, in as many steps as a hand makes. */
async function drag(page: Page, by: number): Promise<void> {
  const box = await page.locator(".curve-plot").boundingBox();
  if (box === null) throw new Error("Cannot drag the chart: it is not shown");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 3];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by, y, { steps: 20 });
  await page.mouse.up();
  await page.waitForTimeout(300);
  await settled(page);
}

/** Turns the wheel over the chart. */
async function wheel(page: Page, by: number): Promise<void> {
  await page.keyboard.down("Control");
  for (let turn = 0; turn < 8; turn++) await page.mouse.wheel(0, by);
  await page.keyboard.up("Control");
  await page.waitForTimeout(300);
  await settled(page);
}

/** Opens the whole curve of a server, zooms into it, moves along it, and zooms out again. */
export async function measureMotion(origin: string): Promise<Motion> {
  await using dashboard = await openDashboard({ origin, before: WATCH });
  const { page } = dashboard;
  await page.goto(`${origin}/#/curve?range=all`);
  await page.reload();
  await settled(page);
  const firstDrawMs = await page.evaluate<number>(
    "new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())))",
  );
  const longestLoadingMs = await longestTask(page);
  let points = await countPoints(page);
  for (const by of [-400, -400, 400]) {
    await wheel(page, by);
    for (const pixels of [300, 300, -200]) await drag(page, pixels);
    points = Math.max(points, await countPoints(page));
  }
  return { firstDrawMs, longestLoadingMs, longestMovingMs: await longestTask(page), points };
}

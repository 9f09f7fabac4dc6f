import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startTestServer } from "../src/http/test_server.ts";
import { correct } from "./curve_stage.ts";
import { builtDashboard, dashboardTest, openDashboard } from "./dashboard_page.ts";

const PATIENCE_MS = 15_000;
const VALUE = "-1234567.89";

/** Pixels by which what is in an element goes beyond it, and by which the page is too wide. */
function excess(page: Page, part: string): Promise<number[]> {
  return page.evaluate<number[]>(`(() => {
    const host = document.querySelector(${JSON.stringify(part)});
    const style = getComputedStyle(host);
    const edge = host.getBoundingClientRect().right - parseFloat(style.paddingRight);
    const ends = [...host.querySelectorAll("*")].map((each) => each.getBoundingClientRect().right);
    const { scrollWidth, clientWidth } = document.documentElement;
    return [Math.max(0, ...ends.map((end) => end - edge)), scrollWidth - clientWidth];
  })()`);
}

dashboardTest("a value of seven digits fits on a phone", async () => {
  await using server = await startTestServer({ dashboard: await builtDashboard() });
  await server.collect("1.00");
  await correct(server, "-1234570.14");
  await server.windows(2);
  await using dashboard = await openDashboard({ origin: server.origin });
  const { page } = dashboard;
  for (
    const [at, part] of [["#/curve?range=all", ".curve-net"], [
      "#/now",
      "[data-metric=netPnl] .tile-value",
    ], ["#/explain/netPnl", ".explain-value"]] as const
  ) {
    await page.evaluate(`location.hash = ${JSON.stringify(at)}`);
    await page.locator(`${part} [data-value]`).waitFor({ timeout: PATIENCE_MS });
    for (const width of [320, 390]) {
      await page.setViewportSize({ width, height: 800 });
      const [beyond = 0, sideways] = await excess(page, part);
      assert.ok(beyond < 1, `${part} is ${beyond} px too wide at ${width} px`);
      assert.equal(sideways, 0, `${at} at ${width} px`);
    }
    assert.equal(await page.locator(`${part} [data-value]`).getAttribute("data-value"), VALUE);
  }
});

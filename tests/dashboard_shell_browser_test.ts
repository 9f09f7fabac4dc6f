import assert from "node:assert/strict";
import { assertAccessible } from "./dashboard_accessible.ts";
import { dashboardTest, openDashboard } from "./dashboard_page.ts";

dashboardTest("the dashboard opens over a strict policy, without a fault", async () => {
  await using dashboard = await openDashboard();
  const { page } = dashboard;
  await assertAccessible(page, "now");
  assert.match(await page.title(), /Profit/);
});

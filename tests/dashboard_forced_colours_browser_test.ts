import assert from "node:assert/strict";
import { groundOf, inkByColumn, openCurve, startCurveServer } from "./curve_stage.ts";
import { dashboardTest } from "./dashboard_page.ts";
import { until } from "./server_process.ts";

dashboardTest("in forced colours the chart is drawn in the reader's own", async () => {
  await using server = await startCurveServer();
  await using dashboard = await openCurve(server, "range=1h", { forcedColors: "active" });
  const { page } = dashboard;
  for (const [colorScheme, ground] of [["light", "255,255,255"], ["dark", "0,0,0"]] as const) {
    await page.emulateMedia({ forcedColors: "active", colorScheme });
    await until(() => groundOf(page), (found) => found === ground, 5_000);
    const drawn = await until(
      () => inkByColumn(page),
      (columns) => columns.some((count) => count > 2),
      5_000,
    );
    // Not one flat area: the curve takes a part of each column's height only.
    assert.ok(drawn.filter((count) => count > 0).length > drawn.length / 2, colorScheme);
    assert.equal(
      await page.evaluate(`getComputedStyle(document.querySelector(".badge")).borderTopStyle`),
      "solid",
    );
  }
});

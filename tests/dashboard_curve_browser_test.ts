import assert from "node:assert/strict";
import { parseMoney } from "../src/pnl/money.ts";
import {
  correct,
  groundOf,
  history,
  inkByColumn,
  observe,
  openCurve,
  settled,
  shownNet,
  showsNet,
  SPANS,
  startCurveServer,
  tableRows,
} from "./curve_stage.ts";
import { assertAccessible } from "./dashboard_accessible.ts";
import { dashboardTest } from "./dashboard_page.ts";
import { until } from "./server_process.ts";

dashboardTest("the curve's values are the API's, in each resolution", async () => {
  await using server = await startCurveServer();
  await using dashboard = await openCurve(server, "range=1h");
  const { page } = dashboard;
  const hourAgo = server.clock.now() - SPANS.HOUR_MS;
  const raw = (await history(server, "raw", hourAgo)).map(({ metrics }) => metrics.netPnl);
  // The value of now is not final, so that history does not have it yet.
  const current = await (await server.get("/api/pnl/current")).json();
  const shown = (await tableRows(page)).map(([, , , , net]) => net).reverse();
  assert.deepEqual(shown, [...raw, current.metrics.netPnl]);
  assert.ok(raw.length > 300);
  await page.getByRole("link", { name: "All", exact: true }).click();
  await page.locator(".curve-notes", { hasText: "one point per hour" }).waitFor();
  await settled(page);
  const hours = await history(server, "1h", 0);
  const rows = (await tableRows(page)).reverse();
  assert.deepEqual(rows.slice(0, -1).map(([time]) => time), hours.slice(0, -1).map(at));
  assert.deepEqual(
    rows.slice(0, -1).map((row) => row.slice(1, 5)),
    hours.slice(0, -1).map(({ open, high, low, close }) => [open, high, low, close]),
  );
  assert.equal(rows.at(-1)?.[4], current.metrics.netPnl);
});

function at({ start }: { readonly start: string }): string {
  return `${start.slice(0, 19).replace("T", " ")} UTC`;
}

dashboardTest("the curve says its drawdown to the last digit", async () => {
  await using server = await startCurveServer();
  await using dashboard = await openCurve(server, "range=1h");
  const { page } = dashboard;
  const rows = (await tableRows(page)).reverse();
  let peak = parseMoney(rows[0]?.[4] ?? "");
  let deepest = 0n;
  for (const [, , , , net = "", drawdown = ""] of rows) {
    const value = parseMoney(net);
    if (value > peak) peak = value;
    assert.equal(parseMoney(drawdown), value - peak);
    if (value - peak < deepest) deepest = value - peak;
  }
  assert.ok(deepest < 0n);
  const said = page.locator(".curve-facts div", { hasText: "Deepest drawdown" });
  assert.equal(
    parseMoney(await said.locator("[data-value]").getAttribute("data-value") ?? ""),
    deepest,
  );
  assert.match(await page.locator("#curve-summary").innerText(), /deepest drawdown was \$30\.00/);
});

dashboardTest("the curve follows live, stands still on a past range, and comes back", async () => {
  await using server = await startCurveServer();
  await using dashboard = await openCurve(server, "range=1h");
  const { page } = dashboard;
  await observe(server, 5_000, "1500.5");
  await showsNet(page, "1500.50");
  const before = await page.locator(".curve-plot").screenshot();
  await observe(server, 5_000, "1623.75");
  await showsNet(page, "1623.75");
  await page.waitForTimeout(300);
  assert.ok(!before.equals(await page.locator(".curve-plot").screenshot()), "it is drawn");
  const box = await page.locator(".curve-plot").boundingBox();
  assert.ok(box !== null);
  await page.mouse.move(box.x + 300, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + 600, box.y + 100, { steps: 5 });
  await page.mouse.up();
  await page.getByText("Paused").first().waitFor();
  await settled(page);
  const past = new URLSearchParams(page.url().split("?")[1]);
  assert.ok(
    Date.parse(past.get("to") ?? "") < server.clock.now() - 5 * SPANS.MINUTE_MS,
    page.url(),
  );
  const stood = await shownNet(page);
  await observe(server, 5_000, "1700.25");
  await page.waitForTimeout(600);
  assert.equal(await shownNet(page), stood, "a past range stands still");
  await page.keyboard.press("l");
  await showsNet(page, "1700.25");
  assert.match(page.url(), /range=1h$/);
  await page.goBack();
  await page.getByText("Paused").first().waitFor();
  await page.getByRole("link", { name: /Back to live/ }).click();
  await showsNet(page, "1700.25");
});

dashboardTest("each range is in the address, and a custom one is checked", async () => {
  await using server = await startCurveServer();
  await using dashboard = await openCurve(server, "");
  const { page } = dashboard;
  for (const [name, value] of Object.entries({ "1h": "1h", "7d": "7d", MTD: "mtd", QTD: "qtd" })) {
    await page.getByRole("link", { name, exact: true }).click();
    assert.ok(page.url().endsWith(`#/curve?range=${value}`), page.url());
    // The address changes before the page is drawn anew.
    await page.locator(".range-presets [aria-current]", { hasText: name }).waitFor();
    await settled(page);
  }
  await page.keyboard.press("t");
  assert.equal(await page.evaluate("document.activeElement.textContent"), "QTD");
  await page.getByRole("button", { name: "Custom…" }).click();
  await page.getByLabel("From (UTC)").fill("2026-11-22T12:00:00");
  await page.getByLabel("To (UTC)").fill("2026-11-22T11:00:00");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByText("The end has to be after the beginning.").waitFor();
  await page.getByLabel("To (UTC)").fill("2026-11-22T18:00:00");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await settled(page);
  assert.ok(page.url().includes("from=2026-11-22T12%3A00%3A00.000Z&to=2026-11-22T18"), page.url());
  const rows = await tableRows(page);
  assert.deepEqual(rows.map(([time]) => time?.slice(11, 16)).reverse(), [
    ...["12:00", "12:20", "13:00", "13:20", "14:00", "14:20", "15:00", "15:20"],
    ...["16:00", "16:20", "17:00", "17:20", "18:00"],
  ]);
});

dashboardTest("keys move the crosshair, and its values are said", async () => {
  await using server = await startCurveServer();
  await using dashboard = await openCurve(server, "range=1h");
  const { page } = dashboard;
  const slider = page.getByRole("slider", { name: "Net P&L over time" });
  const rows = (await tableRows(page)).reverse();
  // The pointer sets the crosshair too: it must not rest on the chart.
  await page.mouse.move(2, 2);
  await slider.focus();
  const said = () => slider.getAttribute("aria-valuetext");
  const readout = page.getByTestId("readout");
  await page.keyboard.press("ArrowLeft");
  await until(said, (text) => text?.startsWith(rows.at(-2)?.[0] ?? "") ?? false, 5_000);
  await page.keyboard.press("Home");
  await until(said, (text) => text?.startsWith(rows[0]?.[0] ?? "") ?? false, 5_000);
  assert.match(await readout.innerText(), new RegExp(rows[0]?.[0] ?? ""));
  assert.equal(
    await readout.locator("[data-value]").first().getAttribute("data-value"),
    rows[0]?.[4],
  );
  await page.keyboard.press("+");
  await page.getByText("Paused").first().waitFor();
});

dashboardTest("a gap is not drawn, and is said; a correction is marked", async () => {
  await using server = await startCurveServer();
  await correct(server, "-12.5");
  await observe(server, 5_000, "1400");
  await using dashboard = await openCurve(server, "range=today");
  const { page } = dashboard;
  await page.getByTestId("gaps").waitFor();
  assert.match(await page.getByTestId("gaps").innerText(), /for up to [56] h/);
  await page.getByText("1 correction").waitFor();
  const hasInk = (count: number) => count > 10;
  const ink = await until(() => inkByColumn(page), (columns) => columns.some(hasInk), 5_000);
  const isDrawn = ink.map(hasInk);
  const drawn = isDrawn.indexOf(true);
  assert.ok(drawn >= 0 && drawn < isDrawn.length * 0.1, `the curve begins at column ${drawn}`);
  const [left, right] = [
    isDrawn.indexOf(false, drawn),
    isDrawn.indexOf(true, isDrawn.indexOf(false, drawn)),
  ];
  // Of the ten hours five are the gap.
  assert.ok((right - left) / isDrawn.length > 0.45, `columns ${left} to ${right} are blank`);
});

dashboardTest("the curve is open to all, in both themes and on a phone", async () => {
  await using server = await startCurveServer();
  await using dashboard = await openCurve(server, "range=1h");
  const { page } = dashboard;
  await tableRows(page);
  await page.getByRole("button", { name: "Custom…" }).click();
  await assertAccessible(page, "curve");
  const ground = () => groundOf(page);
  await page.emulateMedia({ colorScheme: "light" });
  await until(ground, (found) => found === "255,255,255", 5_000);
  await page.emulateMedia({ colorScheme: "dark" });
  await until(ground, (found) => found === "20,27,35", 5_000);
  await page.evaluate(
    "location.hash = '#/curve?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z'",
  );
  await page.getByText("Nothing was recorded in this range").waitFor();
  await assertAccessible(page, "curve without data");
  await page.getByRole("link", { name: "Show all time" }).click();
  await settled(page);
});

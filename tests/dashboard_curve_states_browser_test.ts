import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startTestServer } from "../src/http/test_server.ts";
import {
  correct,
  inkByColumn,
  observe,
  openCurve,
  settled,
  showsNet,
  SPANS,
  startCurveServer,
  tableRows,
} from "./curve_stage.ts";
import { assertAccessible } from "./dashboard_accessible.ts";
import { builtDashboard, dashboardTest, openDashboard, refusals } from "./dashboard_page.ts";
import { until } from "./server_process.ts";

dashboardTest("an old curve stays while another cannot be loaded", async () => {
  await using server = await startCurveServer();
  await using dashboard = await openCurve(server, "range=1h", {}, refusals(503));
  const { page } = dashboard;
  await page.route("**/api/pnl/history?*", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: '{"type":"urn:pnl-stream:problem:unavailable","detail":"Not now.","errorId":"e-1"}',
    }));
  await page.getByRole("link", { name: "All", exact: true }).click();
  await page.getByText("Not now.").waitFor();
  assert.ok((await inkByColumn(page)).some((count) => count > 10), "the curve is still drawn");
  assert.equal(await page.locator('.curve-card[data-old="true"]').count(), 1);
  await page.getByText("still the curve of the last hour").waitFor();
  await assertAccessible(page, "curve that could not be loaded");
  await page.unroute("**/api/pnl/history?*");
  await page.getByRole("button", { name: "Try again" }).click();
  await settled(page);
  await page.getByText("one point per hour").waitFor();
});

dashboardTest("the table is a file too, with the values of the screen", async () => {
  await using server = await startCurveServer();
  await using dashboard = await openCurve(server, "range=all");
  const { page } = dashboard;
  const rows = (await tableRows(page)).reverse();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download CSV" }).click(),
  ]);
  assert.match(download.suggestedFilename(), /^net-pnl-usd_1h_\d{8}T\d{6}Z_\d{8}T\d{6}Z\.csv$/);
  const text = await Deno.readTextFile(await download.path());
  const [head, ...lines] = text.trimEnd().split("\r\n");
  assert.equal(head, "time,open,high,low,netPnl,drawdown,position");
  assert.deepEqual(lines.map((line) => line.split(",").slice(1, 6)), rows.map(([, ...row]) => row));
});

dashboardTest("hidden amounts are nowhere on the curve", async () => {
  await using server = await startCurveServer();
  await using dashboard = await openCurve(server, "range=1h");
  const { page } = dashboard;
  await tableRows(page);
  await page.addInitScript(`globalThis.drawn = [];
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
      drawn.push(text);
      fillText.call(this, text, ...rest);
    };`);
  await prefer(page, '{ "hideAmounts": true }');
  assert.doesNotMatch(await page.locator("main").innerText(), /\$\s?[\d,]+/);
  const said = await page.getByRole("slider", { name: "Net P&L" }).getAttribute("aria-valuetext");
  assert.match(said ?? "", /amount hidden$/);
  const drawn = await page.evaluate<string[]>("drawn");
  assert.ok(drawn.includes("•••••"), "the axis is drawn");
  assert.deepEqual(drawn.filter((text) => text.includes("$")), []);
});

/** Keeps settings of the reader, and begins again with them. */
async function prefer(page: Page, settings: string): Promise<void> {
  await page.evaluate(`(() => {
    const key = "pnl-stream:preferences";
    const kept = JSON.parse(localStorage.getItem(key) ?? '{"state":{},"version":0}');
    localStorage.setItem(key, JSON.stringify({ ...kept, state: { ...kept.state, ...${settings} } }));
  })()`);
  await page.reload();
  await settled(page);
}

dashboardTest("the curve is in the reader's zone, and says so", async () => {
  await using server = await startCurveServer();
  // Both ends stand still: the hour that ends now goes on while the page is looked at.
  const [from, to] = [server.clock.now() - SPANS.HOUR_MS, server.clock.now()];
  const span = new URLSearchParams({ from: isoOf(from), to: isoOf(to) });
  const context = { timezoneId: "Asia/Kolkata" };
  await using dashboard = await openCurve(server, `${span}`, context);
  const { page } = dashboard;
  const [[utc = ""] = []] = await tableRows(page);
  await page.getByText("Times in UTC, one point").waitFor();
  await prefer(page, '{ "zone": "local" }');
  await page.getByText("Times in local time (UTC+05:30), one point").waitFor();
  const [[local = ""] = []] = await tableRows(page);
  assert.match(local, / UTC\+05:30$/);
  const shown = Date.parse(`${local.slice(0, 19).replace(" ", "T")}+05:30`);
  assert.equal(shown, Date.parse(`${utc.slice(0, 19).replace(" ", "T")}Z`));
  await page.getByRole("button", { name: "Custom…" }).click();
  for (const [label, time] of [["From (local time)", from], ["To (local time)", to]] as const) {
    const input = await page.getByLabel(label).inputValue();
    // Whole seconds may be written without them.
    assert.equal(isoOf(Date.parse(`${input}+05:30`)), isoOf(time), label);
  }
});

function isoOf(time: number): string {
  return new Date(time).toISOString();
}

dashboardTest(
  "a correction appears while the curve is followed, and nothing else is asked for",
  async () => {
    await using server = await startCurveServer();
    await using dashboard = await openCurve(server, "range=1h");
    const { page } = dashboard;
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await observe(server, 5_000, "1500");
    await observe(server, 5_000, "1510");
    await showsNet(page, "1510.00");
    await page.waitForTimeout(600);
    assert.deepEqual(asked, []);
    await correct(server, "7.5");
    await page.getByText("1 correction").waitFor();
    assert.deepEqual(asked, ["/api/events"]);
  },
);

dashboardTest("a log without figures has no curve, until the first come", async () => {
  await using server = await startTestServer({ dashboard: await builtDashboard() });
  await using dashboard = await openDashboard({ origin: server.origin, at: "#/curve" });
  const { page } = dashboard;
  await page.getByText("There is no history yet").waitFor();
  await assertAccessible(page, "curve of an empty log");
  await observe(server, 5_000, "12.5");
  await observe(server, 5_000, "13.5");
  await observe(server, 5_000, "14.5");
  await showsNet(page, "14.50");
  await settled(page);
});

dashboardTest("a curve goes on after a pause, with what was missed", async () => {
  await using server = await startCurveServer();
  await using dashboard = await openCurve(server, "range=1h");
  const { page } = dashboard;
  await page.getByLabel(/pause/i).first().click();
  await page.getByText("Not followed: paused").waitFor();
  for (const value of ["1501.5", "1502.5", "1503.5"]) await observe(server, 5_000, value);
  await page.getByLabel(/resume|go on|continue/i).first().click();
  await showsNet(page, "1503.50");
  const nets = async () => (await tableRows(page)).slice(0, 3).map(([, , , , net]) => net);
  await until(nets, (found) => found.join() === "1503.50,1502.50,1501.50", 10_000);
});

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { formatMoney, minus, parseMoney } from "../src/pnl/money.ts";
import { startTestServer, type TestServer, workingSource } from "../src/http/test_server.ts";
import { assertAccessible } from "./dashboard_accessible.ts";
import { currentOf, nowFigures, tileValue, wishedFigures } from "./dashboard_values.ts";
import { builtDashboard, CUT_LINE, dashboardTest, openDashboard } from "./dashboard_page.ts";
import { until } from "./server_process.ts";

const PATIENCE_MS = 15_000;
const DAY_MS = 86_400_000;

async function served(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> {
  return await startTestServer({ dashboard: await builtDashboard(), ...options });
}

/** Waits until the page shows the server's net. */
async function isCurrent(page: Page, origin: string): Promise<void> {
  await until(
    async () => [(await currentOf(origin)).metrics.netPnl, await tileValue(page, "netPnl")],
    ([wished, shown]) => wished === shown,
    PATIENCE_MS,
  );
}

function styleOf(page: Page, selector: string, name: string): Promise<string> {
  return page.evaluate(`getComputedStyle(document.querySelector("${selector}")).${name}`);
}

function tile(page: Page, metric: string) {
  return page.locator(`[data-metric=${metric}]`);
}

dashboardTest("now shows each figure of the sandbox's snapshot to the last digit", async () => {
  await using dashboard = await openDashboard({ env: { PNL_INTERVAL_MS: "1000" } });
  const { page, origin } = dashboard;
  // The log moves while it is looked at: both are read until they speak of one event.
  await until(
    async () => {
      const shown = await nowFigures(page);
      const snapshot = await currentOf(origin);
      const isSame = Number(shown?.position) === snapshot.position && snapshot.quality.complete;
      return isSame ? [shown?.figures, wishedFigures(snapshot)] : [];
    },
    ([shown, wished]) => wished !== undefined && shown === wished,
    30_000,
  );
  for (const badges of await page.locator(".tile .badges").allInnerTexts()) {
    assert.match(badges, /Sandbox\s+Live/);
  }
  for (const asOf of await page.locator(".tile .as-of").allInnerTexts()) {
    assert.match(asOf.replaceAll("\n", " "), /^as of .*\d\d:\d\d:\d\d UTC.*\d s ago.*memory$/);
  }
  await page.locator("[data-metric=netPnl] svg.spark").waitFor({ timeout: PATIENCE_MS });
  assert.match(
    await page.locator("[data-metric=netPnl] .spark").getAttribute("aria-label") ?? "",
    /^Last hour: from \$[\d,.]+ to \$[\d,.]+, lowest \$[\d,.]+, highest \$[\d,.]+$/,
  );
  await assertAccessible(page, "now");
});

/** What a tile says of its change. */
interface Change {
  /** The exact amounts and percentages. */
  readonly values: readonly string[];
  /** The end of the window that it names. */
  readonly end: string | null;
  readonly text: string;
}

function changeOf(page: Page, metric: string): Promise<Change> {
  return page.evaluate<Change>(`(() => {
    const change = document.querySelector("[data-metric=${metric}] .tile-change");
    return {
      values: [...change.querySelectorAll("[data-value]")].map((each) => each.dataset.value),
      end: change.querySelector("time")?.dateTime ?? null,
      text: change.innerText.replace(/\\s+/g, " "),
    };
  })()`);
}

dashboardTest(
  "a change is measured against the final that the tile names, loaded or live",
  async () => {
    await using server = await served();
    await server.windows(3);
    await using dashboard = await openDashboard({ origin: server.origin });
    const { page, origin } = dashboard;
    const check = async () => {
      await isCurrent(page, origin);
      const { metrics } = await currentOf(origin);
      const { items } = await (await fetch(`${origin}/api/pnl/history?limit=1000`)).json();
      const base = items.at(-1);
      const amount = formatMoney(
        minus(parseMoney(metrics.netPnl), parseMoney(base.metrics.netPnl)),
      );
      const wished = { values: [amount, metrics.trendPct], end: base.window.end };
      const found = await until(
        () => changeOf(page, "netPnl"),
        ({ end }) => end === wished.end,
        PATIENCE_MS,
      );
      assert.deepEqual({ values: found.values, end: found.end }, wished);
      // The curve ends with the value of the tile.
      const curve = page.locator("[data-metric=netPnl] .spark");
      const end = `to $${metrics.netPnl},`;
      await until(
        () => curve.getAttribute("aria-label"),
        (words) => words?.includes(end) ?? false,
        5_000,
      );
      const trend = await changeOf(page, "trendPct");
      assert.deepEqual([trend.values, trend.end], [[amount], base.window.end]);
      assert.match(trend.text, /^▲ ?\+\$1\.00 of net P&L since the window to/);
    };
    await check();
    await server.windows(2);
    await check();
    assert.match(
      (await changeOf(page, "dailyTrendPct")).text,
      /^No final window before this UTC day$/,
    );
  },
);

dashboardTest("where the line brings no finals the base is asked for", async () => {
  await using server = await served();
  await server.windows(3);
  await using dashboard = await openDashboard({
    origin: server.origin,
    forgiven: CUT_LINE,
    before: "delete globalThis.WebSocket",
    route: (page) => page.route("**/api/pnl/stream*", (route) => route.abort("blockedbyclient")),
  });
  const { page, origin } = dashboard;
  for (const windows of [0, 2]) {
    await server.windows(windows);
    await isCurrent(page, origin);
    const { items } = await (await fetch(`${origin}/api/pnl/history?limit=1000`)).json();
    const { end } = items.at(-1).window;
    await until(() => changeOf(page, "netPnl"), (change) => change.end === end, PATIENCE_MS);
  }
  assert.equal(await tile(page, "netPnl").getAttribute("data-worth"), "delayed");
  assert.match(await tile(page, "netPnl").locator(".badge").innerText(), /^Delayed$/);
});

dashboardTest(
  "after midnight changes are measured against the close of the day before",
  async () => {
    await using server = await served();
    await server.windows(3);
    server.clock.step(DAY_MS);
    await server.windows(2);
    await using dashboard = await openDashboard({ origin: server.origin });
    const { page, origin } = dashboard;
    await isCurrent(page, origin);
    const { metrics } = await currentOf(origin);
    assert.notEqual(metrics.dailyTrendPct, null);
    const found = await until(
      () => changeOf(page, "netPnl"),
      ({ text }) => /close of/.test(text),
      PATIENCE_MS,
    );
    assert.match(found.text, /since the close of 2026-11-22$/);
    assert.equal(found.values[1], metrics.dailyTrendPct);
    const daily = await changeOf(page, "dailyTrendPct");
    assert.equal(daily.values[0], found.values[0]);
    assert.match((await changeOf(page, "trendPct")).text, /since the window to/);
  },
);

dashboardTest(
  "an empty log has no figures: dashes, what to do, and no zero as if it were one",
  async () => {
    await using server = await served();
    await using dashboard = await openDashboard({ origin: server.origin });
    const { page } = dashboard;
    await page.getByText("No figures are known yet.").waitFor();
    assert.deepEqual(
      new Set(await page.locator(".tile .badge").allInnerTexts()),
      new Set(["No data"]),
    );
    for (const value of await page.locator(".tile-value").allInnerTexts()) {
      assert.doesNotMatch(value, /\d/);
    }
    await assertAccessible(page, "now, empty");
    await server.windows(1);
    await isCurrent(page, server.origin);
    assert.equal(await page.getByText("No figures are known yet.").count(), 0);
    assert.equal(await tile(page, "netPnl").getAttribute("data-worth"), "live");
  },
);

dashboardTest(
  "a source that does not answer makes the figures stale that depend on it, alone",
  async () => {
    const clock = { now: () => 0, monotonic: () => 0 };
    await using server = await served({ statuses: [workingSource(clock)] });
    await server.windows(2);
    await using dashboard = await openDashboard({ origin: server.origin });
    const { page, origin } = dashboard;
    await isCurrent(page, origin);
    assert.match(
      await tile(page, "totalRevenue").innerText(),
      /Stale[\s\S]*Revenue does not answer: read \d+ d \d+ h ago/,
    );
    assert.equal(await tile(page, "totalExpenses").getAttribute("data-worth"), "live");
    assert.equal(
      await styleOf(page, ".tile[data-worth=stale] .tile-value .figure", "fontStyle"),
      "italic",
    );
    // Nor is its change in the colour of a live one. What it is measured against is asked for.
    await page.locator(".tile[data-worth=stale] .tile-delta .figure").first().waitFor();
    const quiet = await styleOf(page, ".tile[data-worth=stale] .tile-base", "color");
    for (const part of [".tile-delta .figure", ".tile-glyph"]) {
      assert.equal(await styleOf(page, `.tile[data-worth=stale] ${part}`, "color"), quiet);
    }
    await assertAccessible(page, "now, stale");
  },
);

dashboardTest("what is not whole is said on the figures that it concerns", async () => {
  await using server = await served();
  server.log.append([{
    kind: "fact",
    source: "/pnl",
    type: "pnl.source.bound.v1",
    id: "bound",
    subject: "anthropic",
    time: new Date(server.clock.now()).toISOString(),
    data: { origin: "https://a.test", account: "default", since: null },
  }]);
  await server.windows(1);
  await using dashboard = await openDashboard({ origin: server.origin });
  const { page, origin } = dashboard;
  await isCurrent(page, origin);
  const { quality, metrics } = await currentOf(origin);
  assert.deepEqual([quality.pending, metrics.trendPct], [["anthropic"], null]);
  assert.match(await tile(page, "totalExpenses").innerText(), /Pending: Anthropic's cost/);
  assert.match(await tile(page, "netPnl").innerText(), /Incomplete since event \d+/);
  assert.doesNotMatch(await tile(page, "totalRevenue").innerText(), /Pending/);
  await tile(page, "netPnl").getByRole("link", { name: /^Incomplete/ }).click();
  await until(
    () => page.evaluate("location.hash"),
    (hash) => hash === `#/events/${quality.incompleteSince}`,
    5_000,
  );
});

dashboardTest("a figure is copied to the last digit and explained from the keyboard", async () => {
  await using server = await served();
  await server.collect("1234.567891");
  await using dashboard = await openDashboard({
    origin: server.origin,
    context: { permissions: ["clipboard-read", "clipboard-write"] },
  });
  const { page, origin } = dashboard;
  await isCurrent(page, origin);
  assert.equal(
    await tile(page, "netPnl").locator(".figure").first().getAttribute("title"),
    "$1,234.567891",
  );
  const link = page.locator("[data-metric=netPnl] .tile-value a");
  await link.focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("Copied Net P&L").waitFor({ state: "attached" });
  assert.equal(await page.evaluate("navigator.clipboard.readText()"), "$1,234.567891");
  await link.focus();
  await page.keyboard.press("Enter");
  const { position } = await currentOf(origin);
  await page.getByRole("heading", { name: "How Net P&L came about" }).waitFor();
  assert.equal(await page.evaluate("location.hash"), `#/explain/netPnl?at=${position}`);
});

dashboardTest(
  "a change lights up and leaves the focus, or does not move where that is not wanted",
  async () => {
    await using server = await served();
    await server.windows(2);
    await using dashboard = await openDashboard({ origin: server.origin });
    const { page, origin } = dashboard;
    await isCurrent(page, origin);
    const flash = page.locator("[data-metric=netPnl] .flash");
    assert.equal(await flash.getAttribute("data-flash"), null, "nothing has changed yet");
    await page.locator("[data-metric=netPnl] .tile-value a").focus();
    await server.windows(1);
    await isCurrent(page, origin);
    assert.equal(await flash.getAttribute("data-flash"), "odd");
    const name = () => styleOf(page, "[data-metric=netPnl] .flash", "animationName");
    assert.equal(await name(), "flash-odd");
    assert.equal(await page.evaluate("document.activeElement.className"), "explained");
    await page.emulateMedia({ reducedMotion: "reduce" });
    assert.equal(await name(), "none");
  },
);

dashboardTest("hidden amounts are nowhere: not in tiles, changes, curves or on hover", async () => {
  await using server = await served();
  await server.windows(3);
  await using dashboard = await openDashboard({ origin: server.origin });
  const { page, origin } = dashboard;
  await isCurrent(page, origin);
  assert.match(await page.locator(".now").innerHTML(), /\$\d/);
  await page.keyboard.press("h");
  await page.locator(".hidden-amount").first().waitFor();
  assert.doesNotMatch(await page.locator(".now").innerHTML(), /\$-?\d/);
  await assertAccessible(page, "now, amounts hidden");
});

dashboardTest("a history that cannot be read is not said to be too short", async () => {
  await using server = await served();
  await server.windows(1);
  await using dashboard = await openDashboard({
    origin: server.origin,
    forgiven: CUT_LINE,
    route: (page) => page.route("**/api/pnl/history?resolution=*", (route) => route.abort()),
  });
  const words = dashboard.page.locator("[data-metric=netPnl] .spark-none");
  await words.filter({ hasText: "could not be read" }).waitFor({ timeout: 5_000 });
  assert.equal(await words.innerText(), "Last hour: the history could not be read");
});

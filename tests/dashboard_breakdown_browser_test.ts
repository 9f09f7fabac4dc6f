import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startTestServer, type TestServer } from "../src/http/test_server.ts";
import type { Breakdown } from "../src/pnl/breakdown.ts";
import { formatMoney, parseMoney, plus, ZERO } from "../src/pnl/money.ts";
import { assertAccessible } from "./dashboard_accessible.ts";
import { builtDashboard, CUT_LINE, dashboardTest, openDashboard } from "./dashboard_page.ts";
import { currentOf, tileValue, valuesOf } from "./dashboard_values.ts";
import { until } from "./server_process.ts";

const PATIENCE_MS = 15_000;

async function served(): Promise<TestServer> {
  return await startTestServer({ dashboard: await builtDashboard() });
}

async function breakdownOf(origin: string): Promise<Breakdown> {
  return await (await fetch(`${origin}/api/pnl/breakdown`)).json();
}

/** What the view shows, read at once. */
interface Shown {
  readonly position: number;
  /** Amounts of the waterfall: kind and exact value. */
  readonly steps: readonly (readonly [kind: string, value: string])[];
  /** Exact values of the source's sums, in order. */
  readonly cards: Readonly<Record<string, readonly string[]>>;
}

function shown(page: Page): Promise<Shown | null> {
  return page.evaluate<Shown | null>(`(() => {
    const place = document.querySelector(".place[data-position]");
    if (place === null) return null;
    const values = (root) =>
      [...root.querySelectorAll("[data-value]")].map((each) => each.dataset.value);
    return {
      position: Number(place.dataset.position),
      steps: [...document.querySelectorAll(".fall-amount")].map((each) =>
        [each.dataset.kind, values(each)[0]]),
      cards: Object.fromEntries([...document.querySelectorAll("[data-source]")].map((card) =>
        [card.dataset.source, [...card.querySelectorAll(".sum")].flatMap(values)])),
    };
  })()`);
}

/** The view and the API, both of one event. */
async function bothOf(page: Page, origin: string): Promise<{ view: Shown; api: Breakdown }> {
  const both = await until(
    async () => ({ view: await shown(page), api: await breakdownOf(origin) }),
    ({ view, api }) =>
      view !== null && view.position === api.position && api.kalshi.markets.length > 0,
    30_000,
  );
  assert.ok(both.view !== null);
  return { view: both.view, api: both.api };
}

/** What the parts before each total add up to, and the totals. */
function sums(steps: Shown["steps"]): { added: string; total: string }[] {
  let sum = ZERO;
  return steps.flatMap(([kind, value]) => {
    if (kind === "total") return [{ added: formatMoney(sum), total: value }];
    sum = plus(sum, parseMoney(value));
    return [];
  });
}

dashboardTest(
  "the waterfall adds up to the totals of the API and of the tile, to the last digit",
  async () => {
    await using dashboard = await openDashboard({
      at: "#/breakdown",
      env: { PNL_INTERVAL_MS: "1000" },
    });
    const { page, origin } = dashboard;
    const { view, api } = await bothOf(page, origin);
    assert.deepEqual(sums(view.steps), [
      { added: api.totalRevenue, total: api.totalRevenue },
      { added: api.netPnl, total: api.netPnl },
    ]);
    const { kalshi, anthropic, revenue } = api;
    assert.deepEqual(view.cards.kalshi?.slice(0, 10), [
      ...[kalshi.realizedPnl, kalshi.fees, kalshi.adjustments, kalshi.pnl],
      ...[kalshi.cash.deposits, kalshi.cash.withdrawals, kalshi.cash.trades],
      ...[kalshi.cash.settlements, kalshi.cash.fees, kalshi.cash.derived],
    ]);
    assert.deepEqual(view.cards.anthropic?.slice(0, 3), [
      ...[anthropic.spend, anthropic.adjustments, anthropic.total],
    ]);
    assert.equal(view.cards.anthropic?.at(-1), anthropic.monthToDate);
    assert.deepEqual(view.cards.revenue?.slice(0, 3), [
      ...[revenue.collected, revenue.adjustments, revenue.total],
    ]);
    assert.equal(await page.locator(".proof").getAttribute("data-adds"), "true");
    assert.equal(await page.locator(".sum-residual").count(), 0);
    await assertAccessible(page, "breakdown");
    await page.goto(`${origin}/#/now`);
    await until(
      async () => [
        await tileValue(page, "netPnl"),
        (await currentOf(origin)).metrics.netPnl,
        (await breakdownOf(origin)).netPnl,
      ],
      ([tile, current, breakdown]) => tile === current && current === breakdown,
      PATIENCE_MS,
    );
  },
);

dashboardTest(
  "the breakdown follows the log, at most once a second, and says of which event it is",
  async () => {
    await using server = await served();
    await server.collect("1.00");
    await using dashboard = await openDashboard({ origin: server.origin, at: "#/breakdown" });
    const { page } = dashboard;
    await until(() => shown(page), (view) => view !== null, PATIENCE_MS);
    let requests = 0;
    page.on(
      "request",
      (request) => requests += Number(request.url().endsWith("/api/pnl/breakdown")),
    );
    const from = performance.now();
    for (let step = 2; step < 40; step++) {
      await server.collect(`${step}.00`);
      await page.waitForTimeout(60);
    }
    const seconds = (performance.now() - from) / 1_000;
    assert.ok(requests >= 1 && requests <= seconds + 1, `${requests} requests in ${seconds} s`);
    const last = server.log.head().position;
    const view = await until(
      () => shown(page),
      (each) => each?.position === last,
      PATIENCE_MS,
    );
    assert.deepEqual(view?.steps.at(-1), ["total", "39.00"]);
    assert.match(await page.locator(".place").innerText(), /, the newest\.$/);
  },
);

dashboardTest(
  "the twin of the waterfall, and markets, are put in order from the keyboard",
  async () => {
    await using dashboard = await openDashboard({ at: "#/breakdown" });
    const { page, origin } = dashboard;
    const { api } = await bothOf(page, origin);
    // The sandbox goes on to trade, also between two looks at the page: it is given what there was.
    await page.route("**/api/pnl/breakdown", (route) => route.fulfill({ json: api }));
    await page.reload();
    await until(() => shown(page), (view) => view?.position === api.position, PATIENCE_MS);
    await page.getByText("As a table", { exact: true }).focus();
    await page.keyboard.press("Enter");
    const twin = page.getByRole("region", { name: "Steps from revenue to net" });
    await twin.waitFor();
    assert.equal(
      await twin.locator("tbody tr").count(),
      await page.locator(".fall-amount").count(),
    );
    const markets = page.getByRole("region", { name: "Markets" });
    const rows = () => valuesOf(page, "[aria-label=Markets] td[data-column=pnl]");
    const before = await rows();
    const head = markets.getByRole("button", { name: "P&L" });
    await head.focus();
    await page.keyboard.press("Enter");
    const sorted = (await rows()).map(parseMoney);
    assert.deepEqual(sorted, sorted.toSorted((a, b) => a > b ? -1 : a < b ? 1 : 0));
    const th = markets.locator("th[aria-sort]");
    assert.equal(await th.getAttribute("aria-sort"), "descending");
    await page.keyboard.press("Enter");
    assert.equal(await th.getAttribute("aria-sort"), "ascending");
    await page.keyboard.press("Enter");
    assert.equal(await th.count(), 0);
    assert.deepEqual(await rows(), before);
    const all = page.getByRole("button", { name: /^Show all \d+ rows$/ }).last();
    const count = Number(/\d+/.exec(await all.innerText())?.[0]);
    await all.press("Enter");
    assert.equal(await markets.locator("tbody tr").count(), count);
    assert.ok(count >= api.kalshi.markets.length - 5);
  },
);

dashboardTest(
  "an empty log has nothing to break down, and a failed reading leaves the last one",
  async () => {
    await using server = await served();
    await using dashboard = await openDashboard({
      origin: server.origin,
      at: "#/breakdown",
      forgiven: CUT_LINE,
    });
    const { page } = dashboard;
    await page.getByText("There is nothing to break down yet.").waitFor();
    await assertAccessible(page, "breakdown, empty");
    await server.collect("5.00");
    await until(
      () => shown(page),
      (view) => view?.position === server.log.head().position,
      PATIENCE_MS,
    );
    await page.route("**/api/pnl/breakdown", (route) => route.abort());
    await server.collect("6.00");
    await page.locator("[data-kind=error]").waitFor();
    const left = await shown(page);
    assert.deepEqual(left?.steps.at(-1), ["total", "5.00"]);
    assert.match(await page.locator(".place").innerText(), /; the newest is \d+\.$/);
    await assertAccessible(page, "breakdown, failed");
    await page.unroute("**/api/pnl/breakdown");
    await page.getByRole("button", { name: "Try again" }).click();
    await until(
      () => shown(page),
      (view) => view?.steps.at(-1)?.[1] === "6.00",
      PATIENCE_MS,
    );
  },
);

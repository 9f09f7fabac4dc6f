import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type Money, money, parseMoney, plus } from "../src/pnl/money.ts";
import { percent } from "../src/pnl/percent.ts";
import type { DeliveredSnapshot } from "../src/client/delivered.ts";
import { systemClock } from "../src/log/system_clock.ts";
import { startSandbox } from "../src/sandbox/sandbox.ts";
import { assertAccessible } from "./dashboard_accessible.ts";
import { currentOf } from "./dashboard_values.ts";
import { CUT_LINE, dashboardTest, openDashboard } from "./dashboard_page.ts";
import { until } from "./server_process.ts";

const PATIENCE_MS = 20_000;

function card(page: Page, name: string) {
  return page.locator(`[data-source=${name}]`);
}

/** Waits until a card says how its source stands. */
async function stands(page: Page, name: string, words: string): Promise<void> {
  await card(page, name).locator(`[data-standing="${words}"]`).waitFor({ timeout: PATIENCE_MS });
}

/** A fact of a card, by its name. */
function fact(page: Page, name: string, term: string): Promise<string> {
  return page.evaluate<string>(`[...document.querySelectorAll("[data-source=${name}] dt")]
    .find((term) => term.textContent === ${JSON.stringify(term)}).nextSibling.textContent`);
}

/** Amount and share that the cards are to show of a snapshot. */
function wishedWeights({ components, metrics }: DeliveredSnapshot): Record<string, string[]> {
  const collected = plus(
    parseMoney(components.revenue.collected ?? "0"),
    parseMoney(components.revenue.adjustments),
  );
  const parts: Record<string, Money> = {
    kalshi: parseMoney(components.kalshi.pnl),
    anthropic: parseMoney(metrics.totalExpenses),
    revenue: collected,
  };
  const size = (amount: Money) => money(amount < 0n ? -amount : amount);
  const total = Object.values(parts).reduce((sum, each) => money(sum + size(each)), money(0n));
  return Object.fromEntries(
    Object.entries(parts).map(([name, amount]) => [
      name,
      [percent(size(amount), total) ?? "", String(amount)],
    ]),
  );
}

/** The same as the cards show it; null where a card shows none. */
function shownWeights(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate<Record<string, string[]>>(`Object.fromEntries(
    [...document.querySelectorAll("[data-weight]")].map((weight) =>
      [weight.dataset.weight, [...weight.querySelectorAll("[data-value]")]
        .map((each) => each.dataset.value)]))`);
}

dashboardTest(
  "sources says how each source is, and what it weighs, by the API's figures",
  async () => {
    await using dashboard = await openDashboard({
      at: "#/sources",
      env: { KALSHI_POLL_MS: "60000", REVENUE_POLL_MS: "60000" },
    });
    const { page, origin } = dashboard;
    for (const name of ["kalshi", "anthropic", "revenue"]) await stands(page, name, "Answering");
    await page.getByText("Every configured source answers.").waitFor();
    await until(
      async () => {
        const shown = await shownWeights(page);
        const exact = Object.entries(shown).map(([name, [share = "", amount = "0"]]) =>
          [name, [share, String(parseMoney(amount))]] as const
        );
        return [Object.fromEntries(exact), wishedWeights(await currentOf(origin))];
      },
      ([shown, wished]) => JSON.stringify(shown) === JSON.stringify(wished),
      PATIENCE_MS,
    );
    const { sources } = await (await fetch(`${origin}/health`)).json();
    const shown = card(page, "kalshi").locator("time").first();
    assert.equal(await shown.getAttribute("datetime"), sources.kalshi.lastSuccessAt);
    assert.match(await fact(page, "kalshi", "Breaker"), /^Closed/);
    assert.equal(await fact(page, "kalshi", "Last error"), "none");
    const left = async () =>
      Number(/in (\d+) s/.exec(await fact(page, "kalshi", "Next poll"))?.[1]);
    const before = await left();
    // It may begin anew meanwhile.
    await until(left, (now) => now !== before && now > 0, PATIENCE_MS);
    await assertAccessible(page, "sources");
  },
);

dashboardTest("sources shows a breaker open, what to do, and how it closes by itself", async () => {
  const upstreams = await startSandbox({ clock: systemClock });
  try {
    await using dashboard = await openDashboard({
      at: "#/sources",
      env: {
        REVENUE_BASE_URL: upstreams.revenue.baseUrl,
        REVENUE_API_TOKEN: upstreams.revenue.token ?? "",
        REVENUE_POLL_MS: "200",
        BREAKER_THRESHOLD: "2",
        BREAKER_RESET_MS: "4000",
      },
    });
    const { page, origin } = dashboard;
    await stands(page, "revenue", "Answering");
    await stands(page, "kalshi", "Not configured");
    await card(page, "kalshi").getByText("Set KALSHI_API_KEY_ID and KALSHI_PRIVATE_KEY").waitFor();
    assert.equal(await card(page, "kalshi").locator("[data-weight]").count(), 0);
    const { metrics } = await currentOf(origin);
    upstreams.faults.set("revenue", { mode: "unauthorized" });
    await stands(page, "revenue", "Breaker open");
    const { revenue } = await (await fetch(`${origin}/api/circuit-breaker/status`)).json();
    assert.equal(revenue.lastError.class, "unauthorized");
    assert.match(await fact(page, "revenue", "Last error"), /^unauthorized /);
    assert.ok(Number(await fact(page, "revenue", "Failures in a row")) >= 2);
    await card(page, "revenue").getByText("Check REVENUE_API_TOKEN").waitFor();
    await page.getByText("Revenue: breaker open, 100.00 % of the headline.").waitFor();
    const shown = await shownWeights(page);
    assert.equal(shown.revenue?.[1], metrics.totalRevenue, "the last figures stay");
    await assertAccessible(page, "sources, a breaker open");
    upstreams.faults.clear();
    await stands(page, "revenue", "Answering");
    assert.equal(await card(page, "revenue").locator(".advice").count(), 0);
    await card(page, "revenue").getByRole("link", { name: "Earlier failures" }).click();
    await page.locator(".events .event-type").getByText("Source degraded").first().waitFor();
  } finally {
    await upstreams.stop();
  }
});

dashboardTest(
  "sources keeps what it knew when the server is gone, and says that it is",
  async () => {
    await using dashboard = await openDashboard({ at: "#/sources", forgiven: CUT_LINE });
    const { page, server } = dashboard;
    await stands(page, "revenue", "Answering");
    await server?.end("SIGTERM");
    await page.getByRole("alert").getByText("cannot be reached").first().waitFor();
    assert.match(await fact(page, "revenue", "Last success"), /\d s ago|min ago/);
    await page.locator(".sources-view[data-old]").waitFor();
  },
);

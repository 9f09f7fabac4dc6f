import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startTestServer, type TestServer } from "../src/http/test_server.ts";
import { formatMoney, minus, parseMoney, plus, ZERO } from "../src/pnl/money.ts";
import { assertAccessible } from "./dashboard_accessible.ts";
import { builtDashboard, dashboardTest, openDashboard, refusals } from "./dashboard_page.ts";
import { currentOf, tileValue, valuesOf } from "./dashboard_values.ts";
import { until } from "./server_process.ts";

const PATIENCE_MS = 15_000;

async function served(): Promise<TestServer> {
  return await startTestServer({ dashboard: await builtDashboard() });
}

/** A node of the tree as it is on the page. */
interface Shown {
  readonly name: string;
  readonly operator: string;
  readonly value: string;
  readonly inputs: readonly Shown[];
}

/** The tree, as far as it is open; null where it is not drawn yet. */
function tree(page: Page): Promise<Shown | null> {
  return page.evaluate<Shown | null>(`(() => {
    const read = (item) => ({
      name: item.dataset.node,
      operator: item.querySelector(":scope > .tree-row > .operator").textContent,
      value: item.querySelector(":scope > .tree-row .tree-value [data-value]").dataset.value,
      inputs: [...item.querySelectorAll(":scope > .tree-body > ul > li")].map(read),
    });
    const root = document.querySelector(".tree > li");
    return root === null ? null : read(root);
  })()`);
}

/** Every figure with signed inputs is their sum, to the last digit. Returns how many were looked at. */
function assertAdds(node: Shown): number {
  let looked = 0;
  if (node.inputs.length > 0 && node.inputs.every(({ operator }) => operator !== "")) {
    const sum = node.inputs.reduce((total, { operator, value }) => {
      const amount = value === "" ? ZERO : parseMoney(value);
      return operator === "−" ? minus(total, amount) : plus(total, amount);
    }, ZERO);
    assert.equal(formatMoney(sum), node.value, node.name);
    looked += 1;
  }
  return node.inputs.reduce((count, input) => count + assertAdds(input), looked);
}

dashboardTest(
  "each figure of now leads to its explanation, whose inputs add up to it",
  async () => {
    await using dashboard = await openDashboard();
    const { page, origin } = dashboard;
    await until(() => currentOf(origin), ({ quality }) => quality.complete, 30_000);
    await page.locator("[data-metric=trendPct] .tile-change a").waitFor({ timeout: PATIENCE_MS });
    for (
      const metric of ["netPnl", "totalRevenue", "totalExpenses", "grossMarginPct", "trendPct"]
    ) {
      await page.goto(`${origin}/#/now`);
      await page.locator(".tile .figure").first().waitFor();
      // Paused, so that the figure and its link are of one event.
      await page.keyboard.press(" ");
      const value = await tileValue(page, metric);
      await page.locator(`[data-metric=${metric}] .tile-value a`).click();
      const root = await until(() => tree(page), (each) => each?.name === metric, PATIENCE_MS);
      assert.equal(root?.value, value);
      assert.deepEqual(await valuesOf(page, ".explain-value"), [value]);
      await page.getByRole("button", { name: "Open all" }).click();
      const open = await tree(page);
      assert.ok(open !== null && assertAdds(open) >= 1, metric);
      await page.keyboard.press(" ");
    }
    await assertAccessible(page, "explain");
  },
);

dashboardTest(
  "an explanation is opened step by step, down to the events, from the keyboard",
  async () => {
    await using server = await served();
    await server.collect("1.00", "2.00", "3.00");
    await using dashboard = await openDashboard({ origin: server.origin, at: "#/explain/netPnl" });
    const { page } = dashboard;
    await until(() => tree(page), (root) => root !== null, PATIENCE_MS);
    const collected = page.locator("[data-node='revenue.collected'] > .tree-row button");
    assert.equal(await collected.getAttribute("aria-expanded"), "false");
    await collected.focus();
    await page.keyboard.press("Enter");
    assert.equal(await collected.getAttribute("aria-expanded"), "true");
    const body = page.locator("[data-node='revenue.collected'] > .tree-body");
    assert.match(await body.innerText(), /3 events, the first \d+, the last \d+/);
    await assertAccessible(page, "explain, open");
    await body.getByRole("link", { name: "3 events" }).click();
    const hash = String(await page.evaluate("location.hash"));
    assert.match(hash, /^#\/events\?type=pnl\.revenue\.totals\.observed\.v1/);
  },
);

dashboardTest("an explanation is of its position: linked, copied, past, and compared", async () => {
  await using server = await served();
  await server.windows(3);
  const past = server.log.head().position;
  const before = await currentOf(server.origin, past);
  await server.windows(3);
  await using dashboard = await openDashboard({
    origin: server.origin,
    at: `#/explain/netPnl?at=${past}`,
    context: { permissions: ["clipboard-read", "clipboard-write"] },
  });
  const { page } = dashboard;
  const root = await until(() => tree(page), (each) => each !== null, PATIENCE_MS);
  assert.equal(root?.value, before.metrics.netPnl);
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("Copied link to this explanation").waitFor({ state: "attached" });
  const copied = await page.evaluate("navigator.clipboard.readText()");
  assert.equal(copied, `${server.origin}/#/explain/netPnl?at=${past}`);
  const head = server.log.head().position;
  await page.getByRole("link", { name: `go to the newest, ${head}` }).click();
  const now = await currentOf(server.origin, head);
  await until(() => tree(page), (each) => each?.value === now.metrics.netPnl, PATIENCE_MS);
  await page.goto(`${server.origin}/#/explain/netPnl?at=${head}&since=${past}`);
  await page.getByRole("heading", { name: `What changed since event ${past}` }).waitFor();
  const difference = await valuesOf(page, ".tree > li > .tree-row .tree-difference");
  const wished = minus(parseMoney(now.metrics.netPnl), parseMoney(before.metrics.netPnl));
  assert.deepEqual(difference, [formatMoney(wished)]);
  await assertAccessible(page, "explain, compared");
  await page.getByRole("link", { name: "Do not compare" }).click();
  await page.getByLabel("At event").fill(String(past));
  await page.keyboard.press("Enter");
  await until(() => tree(page), (each) => each?.value === before.metrics.netPnl, PATIENCE_MS);
});

dashboardTest(
  "what the current figure moved by since the last final is one step away",
  async () => {
    await using server = await served();
    await server.windows(3);
    await using dashboard = await openDashboard({ origin: server.origin, at: "#/explain/netPnl" });
    const { page } = dashboard;
    await page.getByRole("link", { name: "What changed since the last final" }).click();
    await page.getByRole("heading", { name: /^What changed since event/ }).waitFor();
    assert.deepEqual(await valuesOf(page, ".tree > li > .tree-row .tree-difference"), ["1.00"]);
  },
);

dashboardTest("what cannot be explained is said, and what can be done", async () => {
  await using server = await served();
  await using dashboard = await openDashboard({
    origin: server.origin,
    at: "#/explain/netPnl",
    forgiven: refusals(400, 404),
  });
  const { page } = dashboard;
  await page.getByText("The log is empty: there is nothing to explain yet.").waitFor();
  await assertAccessible(page, "explain, empty");
  assert.equal(await page.getByRole("button", { name: "Try again" }).count(), 0);
  // It is filled in by itself.
  await server.collect("1.00");
  await until(() => tree(page), (root) => root?.value === "1.00", PATIENCE_MS);
  await page.goto(`${server.origin}/#/explain/netPnl?at=99`);
  await page.getByText(/^Position 99 is not folded yet; \d is the newest\.$/).waitFor();
  assert.equal(await page.getByRole("button", { name: "Try again" }).count(), 1);
  // A place that is none stays none, however often it is asked for.
  await page.goto(`${server.origin}/#/explain/netPnl?at=soon`);
  await page.getByText(/^Parameter "at"/).waitFor();
  assert.equal(await page.getByRole("button", { name: "Try again" }).count(), 0);
  assert.equal(await page.getByText("Error id").count(), 0);
  await page.goto(`${server.origin}/#/explain/grossProfit`);
  await page.getByText(/^There is no figure grossProfit/).waitFor();
  await assertAccessible(page, "explain, unknown");
  await page.getByRole("link", { name: "Net P&L" }).click();
  await until(() => tree(page), (root) => root?.value === "1.00", PATIENCE_MS);
});

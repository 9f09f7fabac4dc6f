import assert from "node:assert/strict";
import { dashboardTest, openDashboard } from "./dashboard_page.ts";

const PATIENCE_MS = 30_000;

dashboardTest("on paper a breakdown has its heads, and says which rows are left out", async () => {
  await using dashboard = await openDashboard({
    at: "#/breakdown",
    env: { PNL_INTERVAL_MS: "1000" },
  });
  const { page } = dashboard;
  const more = page.locator(".sortable > button").first();
  await more.waitFor({ timeout: PATIENCE_MS });
  const days = page.locator(".sum dt", { hasText: /Sum of all \d+ days/ });
  assert.doesNotMatch(await days.innerText(), /\+/, "the sum of the rows is no further term");
  await page.emulateMedia({ media: "print" });
  assert.equal(await more.isVisible(), false);
  const table = page.locator(".sortable").filter({ has: page.locator(".print-only") }).first();
  const [, shown = "", all = ""] =
    /^(\d+) of (\d+) rows shown$/.exec(await table.locator(".print-only").innerText()) ?? [];
  assert.equal(Number(shown), await table.locator("tbody tr").count());
  assert.ok(Number(all) > Number(shown), `${shown} of ${all}`);
  const heads = await page.locator(".source-card .sortable thead th").all();
  assert.ok(heads.length > 1);
  for (const head of heads) assert.notEqual((await head.innerText()).trim(), "");
  const lefts = await page.evaluate<number[]>(`[".product", ".breakdown"].map((part) =>
    document.querySelector(part).getBoundingClientRect().left)`);
  assert.equal(lefts[0], lefts[1], "the header and the view begin at the same place");
});

dashboardTest("on paper an explanation names each figure, and asks for nothing", async () => {
  await using dashboard = await openDashboard({
    at: "#/explain/netPnl",
    env: { PNL_INTERVAL_MS: "1000" },
  });
  const { page } = dashboard;
  const labels = page.locator(".tree-toggle, .tree-label");
  await labels.first().waitFor({ timeout: PATIENCE_MS });
  await page.emulateMedia({ media: "print" });
  assert.ok(await labels.count() > 2);
  for (const label of await labels.all()) {
    assert.equal(await label.isVisible(), true, await label.textContent() ?? "");
  }
  assert.equal(await page.locator(".position-form").isVisible(), false);
  const actions = page.locator("main button:not(.tree-toggle)").filter({ visible: true });
  assert.deepEqual(await actions.allInnerTexts(), []);
});

dashboardTest("on paper every view has its title, and no button to press", async () => {
  await using dashboard = await openDashboard({ at: "#/now" });
  const { page } = dashboard;
  await page.emulateMedia({ media: "print" });
  for (const view of ["now", "breakdown", "curve", "events", "sources"]) {
    await page.evaluate(`location.hash = "#/${view}"`);
    await page.locator("main h1").first().waitFor({ state: "attached", timeout: PATIENCE_MS });
    const buttons = page.locator("main button:not(.sort, .tree-toggle)").filter({ visible: true });
    assert.deepEqual(await buttons.allInnerTexts(), [], view);
  }
});

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

/** The room on a page of A4 between margins of 1 cm, in pixels. */
const PAPER = { width: 718, height: 1_000 };

dashboardTest(
  "on paper nothing is cut off, and no room is left for rows that are not there",
  async () => {
    await using dashboard = await openDashboard({
      at: "#/breakdown",
      env: { PNL_INTERVAL_MS: "1000" },
      context: { viewport: PAPER },
    });
    const { page } = dashboard;
    await page.locator("caption", { hasText: "Each market's part" }).waitFor({
      timeout: PATIENCE_MS,
    });
    await page.emulateMedia({ media: "print" });
    for (const view of ["breakdown", "now", "sources"]) {
      await page.evaluate(`location.hash = "#/${view}"`);
      await page.locator(`main .card`).first().waitFor({ timeout: PATIENCE_MS });
      const width = await page.evaluate<number>("document.documentElement.scrollWidth");
      assert.ok(width <= PAPER.width, `${view} is ${width} pixels wide`);
      const cut = await page.evaluate<number[]>(`[...document.querySelectorAll(".scroll")]
      .map((each) => each.scrollWidth - each.clientWidth).filter((more) => more > 1)`);
      assert.deepEqual(cut, [], view);
    }
    await page.evaluate(`location.hash = "#/events"`);
    await page.locator(".events tbody tr").first().waitFor({ timeout: PATIENCE_MS });
    const drawn = await page.locator(".events tbody tr").count();
    const note = await page.locator(".on-paper").filter({ visible: true }).allInnerTexts();
    assert.deepEqual(note, [
      `${drawn} of the events: those about what was on the screen. The export has all.`,
    ]);
    const [table = 0, list = 0] = await page.evaluate<number[]>(`[".events", ".event-list"]
    .map((part) => document.querySelector(part).getBoundingClientRect().height)`);
    assert.ok(list < table + 100, `${list} pixels for ${table}`);
    const subjects = await page.evaluate<number>(`[...document.querySelectorAll(".event-subject")]
    .filter((each) => each.scrollWidth > each.clientWidth + 1).length`);
    assert.equal(subjects, 0);
  },
);

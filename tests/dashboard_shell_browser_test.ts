import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startTestServer, type TestServer } from "../src/http/test_server.ts";
import { assertAccessible, assertFits } from "./dashboard_accessible.ts";
import { builtDashboard, CUT_LINE, dashboardTest, openDashboard } from "./dashboard_page.ts";
import { Gate } from "./gate.ts";
import { until } from "./server_process.ts";

const PATIENCE_MS = 15_000;

async function served(): Promise<TestServer> {
  const server = await startTestServer({ dashboard: await builtDashboard(), mode: "sandbox" });
  await server.windows(2);
  return server;
}

/** Waits until the page answers so. */
function becomes(page: Page, script: string, wished: unknown): Promise<unknown> {
  return until(() => page.evaluate(script), (answer) => answer === wished, PATIENCE_MS);
}

const GROUND = "getComputedStyle(document.body).backgroundColor";
const FOCUSED = "document.activeElement.id || document.activeElement.ariaLabel";

dashboardTest(
  "the frame has its landmarks, says that it is a sandbox, and fits every width",
  async () => {
    await using server = await served();
    await using dashboard = await openDashboard({ origin: server.origin, at: "#/sources" });
    const { page } = dashboard;
    await page.getByRole("main").waitFor();
    for (const role of ["banner", "navigation", "contentinfo"] as const) {
      assert.equal(await page.getByRole(role).count(), 1, role);
    }
    for (const view of ["Now", "Curve", "Breakdown", "Sources", "Events"]) {
      await page.getByRole("link", { name: view, exact: true }).first().click();
      await page.locator(".navigation [aria-current=page]").getByText(view).waitFor();
      assert.match(await page.locator("#sandbox").innerText(), /^Sandbox\. Made-up figures/, view);
      for (const width of [320, 1024, 2560]) await assertFits(page, view, width);
    }
  },
);

dashboardTest("the keyboard reaches everything, and a dialog gives the focus back", async () => {
  await using server = await served();
  await using dashboard = await openDashboard({ origin: server.origin });
  const { page } = dashboard;
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to the figures");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(FOCUSED), "view");
  assert.equal(await page.evaluate("location.hash"), "", "the address is not changed by it");
  for (
    const [keys, hash] of [["gc", "#/curve"], ["gb", "#/breakdown"], ["gs", "#/sources"], [
      "ge",
      "#/events",
    ], ["gn", "#/now"]]
  ) {
    for (const key of keys ?? "") await page.keyboard.press(key);
    await becomes(page, "location.hash", hash);
    assert.equal(await page.evaluate(FOCUSED), "view", "who listens begins with the view");
  }
  const help = page.getByRole("button", { name: "Keyboard shortcuts" });
  await help.focus();
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keyboard" });
  await dialog.waitFor();
  const listed = await dialog.innerText();
  for (
    const label of [
      "Go to Curve",
      "Space",
      "Connect anew",
      "Hide amounts",
      "UTC",
      "Theme",
      "This list",
    ]
  ) {
    assert.ok(listed.includes(label), `${label} in ${listed}`);
  }
  await page.keyboard.press("h");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal(await page.evaluate(FOCUSED), "Keyboard shortcuts");
  assert.equal(
    await page.locator(".hidden-amount").count(),
    0,
    "no shortcut works behind a dialog",
  );
});

/** Presses keys one after the other; true where the page took the last one. */
const TAKES = `((keys) => keys.map((key) => !document.body.dispatchEvent(
  new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }))).at(-1))`;

dashboardTest("the list of keys names those that do something, and no other does", async () => {
  await using server = await served();
  await using dashboard = await openDashboard({ origin: server.origin });
  const { page } = dashboard;
  await page.locator("[data-metric=netPnl]").waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
  const named = await page.evaluate<string[][]>(`[...document.querySelectorAll(".keys dt")]
    .map((dt) => [...dt.querySelectorAll("kbd")].map(({ textContent }) => textContent))`);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const listed = named.filter(([key]) => key !== "Esc")
    .map((keys) => keys.map((key) => key === "Space" ? " " : key));
  assert.ok(listed.length >= 11, `${listed.length} keys`);
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
  const others = printable.filter((key) => !listed.some((keys) => keys.join() === key));
  const found = await page.evaluate<string[]>(
    `${JSON.stringify(others)}.filter((key) => ${TAKES}([key]))`,
  );
  assert.deepEqual(found, [], "keys that no list names");
  // The list itself comes last: behind it no key does anything.
  for (const keys of listed.toSorted((a, b) => Number(a[0] === "?") - Number(b[0] === "?"))) {
    assert.ok(await page.evaluate(`${TAKES}(${JSON.stringify(keys)})`), `${keys} does nothing`);
  }
});

dashboardTest("shortcuts can be switched off, and stay so", async () => {
  await using server = await served();
  await using dashboard = await openDashboard({ origin: server.origin });
  const { page } = dashboard;
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByLabel("Keyboard shortcuts").last().uncheck();
  await page.keyboard.press("Escape");
  await page.reload();
  await page.locator("[data-metric=netPnl]").waitFor();
  for (const key of ["g", "c", "h", "?"]) await page.keyboard.press(key);
  assert.equal(await page.locator(".hidden-amount, dialog").count(), 0);
  assert.equal(await page.evaluate("location.hash"), "");
});

dashboardTest("a key that is held with Control is the browser's, and no shortcut", async () => {
  await using server = await served();
  await using dashboard = await openDashboard({ origin: server.origin });
  const { page } = dashboard;
  await page.locator("[data-metric=netPnl]").waitFor();
  await page.keyboard.press("Control+h");
  await page.keyboard.press("Control+?");
  assert.equal(await page.locator(".hidden-amount, dialog").count(), 0);
  const isPrevented = await page.evaluate(`!dispatchEvent(
    new KeyboardEvent("keydown", { key: "r", ctrlKey: true, cancelable: true }))`);
  assert.equal(isPrevented, false);
});

dashboardTest("amounts are hidden everywhere, the title too, and stay so", async () => {
  await using server = await served();
  await using dashboard = await openDashboard({ origin: server.origin });
  const { page } = dashboard;
  await becomes(page, "document.title", "+$2.25 · Now · Profit and loss");
  await page.keyboard.press("h");
  await becomes(page, "document.title", "Now · Profit and loss");
  await page.reload();
  await page.locator(".hidden-amount").first().waitFor();
  assert.doesNotMatch(await page.locator("body").innerText(), /\$\d|2\.25/);
  await page.getByRole("button", { name: "Hide amounts" }).click();
  await becomes(page, "document.title", "+$2.25 · Now · Profit and loss");
});

dashboardTest("theme and zone are the reader's, and stay so", async () => {
  await using server = await served();
  await using dashboard = await openDashboard({
    forgiven: CUT_LINE,
    origin: server.origin,
    context: { colorScheme: "light", timezoneId: "Asia/Kolkata" },
  });
  const { page } = dashboard;
  const light = await page.evaluate(GROUND);
  await page.keyboard.press("d");
  assert.equal(await page.evaluate(GROUND), light, "light is what the system has");
  await page.keyboard.press("d");
  await becomes(page, "document.documentElement.dataset.theme", "dark");
  const dark = await page.evaluate(GROUND);
  assert.notEqual(dark, light);
  await page.keyboard.press("z");
  await page.reload();
  await page.locator("[data-metric=netPnl]").waitFor();
  assert.equal(await page.evaluate(GROUND), dark);
  await page.locator(".connection").click();
  const facts = page.getByRole("dialog", { name: "Connection" });
  assert.match(await facts.innerText(), /2026-\d\d-\d\d \d\d:\d\d:\d\d UTC\+05:30/);
  await page.route("**/assets/main-*.js", (route) => route.abort());
  await page.reload();
  assert.equal(await page.evaluate(GROUND), dark, "before the dashboard itself is there");
});

dashboardTest(
  "every view opens though the server is gone, and one whose code is missing says so",
  async () => {
    await using server = await served();
    using gate = new Gate(server.server.port);
    await using dashboard = await openDashboard({ origin: gate.origin, forgiven: CUT_LINE });
    const { page, faults } = dashboard;
    const loaded =
      "performance.getEntriesByType('resource').some(({ name }) => /other_views/.test(name))";
    await becomes(page, loaded, true);
    await page.waitForLoadState("networkidle");
    gate.target = null;
    gate.cut();
    for (const view of ["Breakdown", "Sources", "Events", "Curve"]) {
      await page.getByRole("link", { name: view, exact: true }).first().click();
      await page.locator("main :is(h1, h2)").first().waitFor();
      assert.equal(await page.getByText("could not be").count(), 0, view);
    }
    gate.target = server.server.port;
    await page.route("**/assets/other_views-*.js", (route) => route.abort());
    await page.goto(`${gate.origin}/?again#/events`);
    await page.getByRole("alert").getByText("Events could not be loaded").waitFor();
    await page.unrouteAll();
    await page.getByRole("button", { name: "Reload the page" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    assert.ok(faults.every((fault) => /dynamically imported module/.test(fault)), faults.join());
    faults.length = 0;
  },
);

dashboardTest("each dialog is accessible", async () => {
  await using server = await served();
  await using dashboard = await openDashboard({ origin: server.origin, at: "#/sources" });
  const { page } = dashboard;
  for (const name of ["Settings", "Keyboard shortcuts"]) {
    await page.getByRole("button", { name }).first().click();
    await page.getByRole("dialog").waitFor();
    await assertAccessible(page, name);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
  await page.locator(".connection").click();
  await assertAccessible(page, "connection");
  await page.mouse.click(4, 4);
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press(" ");
  await page.locator("#note").waitFor();
  await assertAccessible(page, "paused");
});

dashboardTest(
  "on paper there are the figures and how sure they are, in black on white",
  async () => {
    await using server = await served();
    await using dashboard = await openDashboard({
      origin: server.origin,
      context: { colorScheme: "dark" },
    });
    const { page } = dashboard;
    await page.locator("[data-metric=netPnl] [data-value='2.25']").waitFor();
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.evaluate(GROUND), "rgb(255, 255, 255)");
    assert.equal(await page.evaluate("getComputedStyle(document.body).color"), "rgb(0, 0, 0)");
    for (const gone of [".navigation", ".tools", ".footer"]) {
      assert.equal(await page.locator(gone).isVisible(), false, gone);
    }
    assert.match(
      await page.locator(".print-only").innerText(),
      /^Figures at event \d+, sent .* UTC, USD\./,
    );
    assert.equal(await page.locator("#sandbox").isVisible(), true);
    assert.match(await page.locator(".connection").innerText(), /^Live/);
  },
);

dashboardTest("a view that fails says so, and the rest of the page goes on", async () => {
  await using server = await served();
  await using dashboard = await openDashboard({
    origin: server.origin,
    at: "#/breakdown",
    // A server of another version, whose breakdown has none of the parts that this page knows.
    route: (page) =>
      page.route("**/api/pnl/breakdown*", (route) => route.fulfill({ json: { items: [] } })),
  });
  const { page, faults } = dashboard;
  const failure = page.getByRole("alert").filter({ hasText: "Breakdown could not be shown" });
  await failure.waitFor();
  assert.equal(await failure.getByRole("button", { name: "Reload the page" }).count(), 1);
  await until(
    () => page.locator(".connection").innerText(),
    (text) => text.startsWith("Live"),
    PATIENCE_MS,
  );
  await page.getByRole("link", { name: "Now", exact: true }).click();
  await page.locator("[data-metric=netPnl] [data-value='2.25']").waitFor();
  assert.ok(faults.length > 0, "the console has it too");
  faults.length = 0;
});

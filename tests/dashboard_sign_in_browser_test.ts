import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { testKeys } from "../src/access/testing.ts";
import { startTestServer } from "../src/http/test_server.ts";
import { systemClock } from "../src/log/system_clock.ts";
import { assertAccessible } from "./dashboard_accessible.ts";
import { builtDashboard, dashboardTest, openDashboard, refusals } from "./dashboard_page.ts";

const NET = "[data-metric=netPnl] [data-value='1.25']";

/** A server that wants a key, and one that opens it. */
async function lockedServer() {
  const keys = await testKeys(systemClock);
  const access = keys.access();
  const server = await startTestServer({ dashboard: await builtDashboard(), access });
  await server.windows(1);
  return {
    server,
    keys,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await keys[Symbol.asyncDispose]();
    },
  };
}

async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Everything that a script of the page can find. */
function belongings(page: Page): Promise<string> {
  return page.evaluate(
    "document.cookie + JSON.stringify({ ...localStorage }) + document.body.outerHTML",
  );
}

dashboardTest(
  "a server that wants a key shows its figures to whoever has one, and keeps it nowhere",
  async () => {
    await using locked = await lockedServer();
    const { text: key } = locked.keys.make({ scopes: ["read", "audit"] });
    await using dashboard = await openDashboard({
      origin: locked.server.origin,
      forgiven: refusals(401),
    });
    const { page } = dashboard;
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await assertAccessible(page, "sign in");
    assert.equal(await page.locator("[data-metric]").count(), 0);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Type or paste a key.").waitFor();
    await signIn(page, "pnl_live_unknown_key");
    await page.getByText(/not known here, or it has expired/).waitFor();
    await signIn(page, key);
    await page.locator(NET).waitFor();
    assert.ok(!(await belongings(page)).includes(key));
    await page.reload();
    await page.locator(NET).waitFor();
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.doesNotMatch(await belongings(page), /1\.25/, "no figure is left behind");
    assert.equal(await page.title(), "Now · Profit and loss");
  },
);

dashboardTest("what a key does not open is said, and the rest goes on", async () => {
  await using locked = await lockedServer();
  await using dashboard = await openDashboard({
    origin: locked.server.origin,
    forgiven: refusals(401),
  });
  const { page } = dashboard;
  await signIn(page, locked.keys.make().text);
  await page.locator(NET).waitFor();
  await page.getByRole("link", { name: "Events", exact: true }).first().click();
  await page.getByText("Your key does not open this").first().waitFor();
  await page.getByRole("link", { name: "Now", exact: true }).click();
  await page.locator(NET).waitFor();
});

dashboardTest(
  "a key that is revoked shows nothing any more, at the next question at the latest",
  async () => {
    await using locked = await lockedServer();
    const { id, text } = locked.keys.make();
    await using dashboard = await openDashboard({
      origin: locked.server.origin,
      forgiven: refusals(401),
    });
    const { page } = dashboard;
    await signIn(page, text);
    await page.locator(NET).waitFor();
    await page.evaluate("globalThis.kept = true");
    locked.keys.store.revoke(id, systemClock.now());
    await page.getByRole("link", { name: "Breakdown", exact: true }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.doesNotMatch(await belongings(page), /1\.25/);
    await page.waitForFunction("globalThis.kept === undefined", null, { timeout: 5_000 });
  },
);

dashboardTest(
  "who signs in does so for all tabs: another one lets them in when it is seen",
  async () => {
    await using locked = await lockedServer();
    await using dashboard = await openDashboard({
      origin: locked.server.origin,
      forgiven: refusals(401),
    });
    const { page, origin } = dashboard;
    const other = await page.context().newPage();
    await other.goto(origin);
    await other.getByRole("heading", { name: "Sign in" }).waitFor();
    await signIn(page, locked.keys.make().text);
    await page.locator(NET).waitFor();
    assert.equal(await other.locator(NET).count(), 0);
    await other.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    await other.locator(NET).waitFor({ timeout: 10_000 });
  },
);

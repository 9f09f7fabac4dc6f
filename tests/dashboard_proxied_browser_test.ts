import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { publish, startTestEdge } from "../src/http/test_edge.ts";
import { startTestServer, type TestServer } from "../src/http/test_server.ts";
import { startRedis } from "../src/redis/testing.ts";
import { WITHOUT_BROWSER } from "./browser.ts";
import {
  builtDashboard,
  CUT_LINE,
  dashboardTest,
  openDashboard,
  refusals,
} from "./dashboard_page.ts";

const withoutRedis = Deno.env.get("PNL_TEST_REDIS_SERVER") === undefined &&
  Deno.env.get("CI") !== "true";

/** As deploy/nginx.conf has it. */
const OF_WRITER = /\/api\/(events|pnl\/history|pnl\/explain)/;

/** A proxy, as the browser sees one: questions about the log are the writer's to answer. */
function leadToWriter(page: Page, writer: TestServer): Promise<unknown> {
  return page.route(OF_WRITER, (route) => {
    const { pathname, search } = new URL(route.request().url());
    return route.continue({ url: writer.origin + pathname + search });
  });
}

async function served(): Promise<TestServer> {
  const server = await startTestServer({ dashboard: await builtDashboard(), mode: "sandbox" });
  await server.windows(3);
  return server;
}

Deno.test({
  name: "behind a proxy that leads to the writer the dashboard of an edge shows all that there is",
  ignore: WITHOUT_BROWSER || withoutRedis,
  fn: async () => {
    await using redis = await startRedis();
    await using writer = await startTestServer();
    await writer.windows(12);
    await using edge = startTestEdge(redis.url, await builtDashboard());
    // Both are named by the address of the proxy.
    await using _publishing = await publish({ ...writer, origin: edge.origin }, redis.url);
    await using dashboard = await openDashboard({
      origin: edge.origin,
      forgiven: refusals(503),
      route: (page) => leadToWriter(page, writer),
    });
    const { page, origin } = dashboard;
    await page.locator(".product").getByText("Edge").waitFor();
    await page.locator("[data-metric=netPnl] svg.spark").waitFor();
    await page.getByText("Curves show the last hour.").waitFor();
    await page.getByRole("link", { name: "Events as JSON" }).waitFor();
    await page.goto(`${origin}/#/curve?range=all`);
    await page.locator("canvas").first().waitFor();
    await page.goto(`${origin}/#/explain/netPnl`);
    await page.locator(".tree-toggle").first().waitFor();
    await page.goto(`${origin}/#/events`);
    await page.locator(".events tbody tr").first().waitFor();
    assert.equal(await page.locator("[data-code=not-on-this-node]").count(), 0);
  },
});

dashboardTest("a server that does not say what it is keeps the page from nothing", async () => {
  await using server = await served();
  await using dashboard = await openDashboard({
    origin: server.origin,
    at: "#/events",
    route: async (page) => {
      for (const path of ["/health", "/api/session"]) {
        await page.route(`**${path}`, () => new Promise<void>(() => {}));
      }
    },
  });
  await dashboard.page.locator(".events tbody tr").first().waitFor({ timeout: 20_000 });
});

dashboardTest("a refusal in the place of what the server is takes no warning away", async () => {
  await using server = await served();
  let refused = 0;
  await using dashboard = await openDashboard({
    origin: server.origin,
    forgiven: new RegExp(`${CUT_LINE.source}|${refusals(429).source}`),
  });
  const { page } = dashboard;
  await page.locator("#sandbox").waitFor();
  await page.route("**/health", (route) => {
    refused += 1;
    return refused > 1 ? route.continue() : route.fulfill({
      status: 429,
      contentType: "application/problem+json",
      body: '{"type":"urn:pnl-stream:problem:too-many-requests","status":429}',
    });
  });
  const answered = page.waitForResponse("**/health");
  await page.keyboard.press("r");
  assert.equal((await answered).status(), 429);
  await page.evaluate("new Promise((resolve) => setTimeout(resolve, 500))");
  assert.equal(await page.locator("#sandbox").count(), 1);
  // It is asked again, and by then it is known.
  assert.equal((await page.waitForResponse("**/health")).status(), 200);
});

import assert from "node:assert/strict";
import { testKeys } from "../src/access/testing.ts";
import { publish, startTestEdge } from "../src/http/test_edge.ts";
import { startTestServer } from "../src/http/test_server.ts";
import { systemClock } from "../src/log/system_clock.ts";
import { startRedis } from "../src/redis/testing.ts";
import { WITHOUT_BROWSER } from "./browser.ts";
import { assertAccessible } from "./dashboard_accessible.ts";
import { builtDashboard, CUT_LINE, dashboardTest, openDashboard } from "./dashboard_page.ts";

const withoutRedis = Deno.env.get("PNL_TEST_REDIS_SERVER") === undefined &&
  Deno.env.get("CI") !== "true";

Deno.test({
  name: "on an edge the sources are the writer's, and the events are said to be there",
  ignore: WITHOUT_BROWSER || withoutRedis,
  fn: async () => {
    await using redis = await startRedis();
    await using writer = await startTestServer();
    await writer.windows(2);
    await using _publishing = await publish(writer, redis.url, "live");
    await using edge = startTestEdge(redis.url, await builtDashboard());
    await using dashboard = await openDashboard({ origin: edge.origin, at: "#/sources" });
    const { page } = dashboard;
    await page.locator('[data-source=revenue] [data-standing="Answering"]').waitFor();
    for (const at of ["#/events", "#/events/2"]) {
      await page.goto(`${edge.origin}/${at}`);
      await page.locator("[data-code=not-on-this-node]").first().waitFor();
      const link = page.getByRole("link", { name: "Look at the writer" });
      assert.equal(await link.getAttribute("href"), `${writer.origin}/${at}`);
      await assertAccessible(page, `${at} on an edge`);
    }
  },
});

dashboardTest("a key that does not open the events is told so, and asks no more", async () => {
  await using keys = await testKeys(systemClock);
  const access = keys.access();
  await using server = await startTestServer({ dashboard: await builtDashboard(), access });
  await server.windows(2);
  await using dashboard = await openDashboard({
    origin: server.origin,
    at: "#/events",
    forgiven: CUT_LINE,
  });
  const { page } = dashboard;
  await page.getByLabel("API key").fill(keys.make({ scopes: ["read"] }).text);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("[data-code=forbidden]").waitFor();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await assertAccessible(page, "events, forbidden");
  assert.equal(await page.locator(".export").count(), 0);
  await page.goto(`${server.origin}/#/events/1`);
  await page.locator("[data-code=forbidden]").waitFor();
  await page.goto(`${server.origin}/#/sources`);
  await page.locator("[data-source=revenue]").waitFor();
  const streams = asked.filter((path) => path === "/api/events/stream");
  assert.deepEqual(streams, []);
});

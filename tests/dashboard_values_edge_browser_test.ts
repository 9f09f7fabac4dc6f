import assert from "node:assert/strict";
import { publish, startTestEdge } from "../src/http/test_edge.ts";
import { startTestServer } from "../src/http/test_server.ts";
import { startRedis } from "../src/redis/testing.ts";
import { WITHOUT_BROWSER } from "./browser.ts";
import { assertAccessible } from "./dashboard_accessible.ts";
import { builtDashboard, openDashboard } from "./dashboard_page.ts";
import { valuesOf } from "./dashboard_values.ts";
import { until } from "./server_process.ts";

const PATIENCE_MS = 15_000;
const withoutRedis = Deno.env.get("PNL_TEST_REDIS_SERVER") === undefined &&
  Deno.env.get("CI") !== "true";

Deno.test({
  name: "on an edge figures and their breakdown are there, and what needs the log is on the writer",
  ignore: WITHOUT_BROWSER || withoutRedis,
  fn: async () => {
    await using redis = await startRedis();
    await using writer = await startTestServer();
    await writer.windows(3);
    await using _publishing = await publish(writer, redis.url, "live");
    await using edge = startTestEdge(redis.url, await builtDashboard());
    await using dashboard = await openDashboard({ origin: edge.origin });
    const { page } = dashboard;
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.locator("[data-metric=netPnl] [data-value='3.25']").waitFor();
    await page.locator(".product").getByText("Edge").waitFor();
    const tile = page.locator("[data-metric=netPnl]");
    const legend = page.locator(".tiles-legend", { hasText: "Curves are not on this node" });
    const toWriter = legend.getByRole("link", { name: "the writer" });
    assert.equal(await toWriter.getAttribute("href"), `${writer.origin}/`);
    assert.equal(await page.locator(".spark").count(), 0, "which is said once");
    // The base of the trend comes with the finals of the line, once there is another one.
    await writer.windows(2);
    await tile.locator(".tile-change time").waitFor({ timeout: PATIENCE_MS });
    assert.deepEqual((await valuesOf(page, "[data-metric=netPnl] .tile-change"))[0], "1.00");
    assert.deepEqual(asked.filter((path) => /history|explain/.test(path)), []);
    await assertAccessible(page, "now, on an edge");
    await page.goto(`${edge.origin}/#/breakdown`);
    await until(
      () => valuesOf(page, ".fall-amount[data-kind=total]"),
      (totals) => totals.join() === "5.25,5.25",
      PATIENCE_MS,
    );
    await page.goto(`${edge.origin}/#/explain/netPnl?at=2`);
    const link = page.getByRole("link", { name: "Look at the writer" });
    await link.waitFor();
    assert.equal(await link.getAttribute("href"), `${writer.origin}/#/explain/netPnl?at=2`);
    await assertAccessible(page, "explain, on an edge");
  },
});

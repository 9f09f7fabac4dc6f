import assert from "node:assert/strict";
import { publish, startTestEdge } from "../src/http/test_edge.ts";
import { startTestServer } from "../src/http/test_server.ts";
import { startRedis } from "../src/redis/testing.ts";
import { WITHOUT_BROWSER } from "./browser.ts";
import { assertAccessible } from "./dashboard_accessible.ts";
import { builtDashboard, openDashboard, refusals } from "./dashboard_page.ts";

const withoutRedis = Deno.env.get("PNL_TEST_REDIS_SERVER") === undefined &&
  Deno.env.get("CI") !== "true";

Deno.test({
  name:
    "the dashboard of an edge says when its figures are placeholders, the sandbox's, unconfirmed",
  ignore: WITHOUT_BROWSER || withoutRedis,
  fn: async () => {
    await using redis = await startRedis();
    await using edge = startTestEdge(redis.url, await builtDashboard());
    await using dashboard = await openDashboard({
      origin: edge.origin,
      // What its health is without figures, and with old ones.
      forgiven: refusals(503),
    });
    const { page } = dashboard;
    const isWorth = (worth: string) => page.locator(`.shell[data-line=${worth}]`).waitFor();
    await isWorth("unconfirmed");
    const note = page.locator("#note");
    assert.match(await note.innerText(), /^Unconfirmed nothing has been heard of the writer yet/);
    await page.getByText("No figures are known yet.").waitFor();
    assert.equal(await page.locator("#sandbox").isVisible(), false);
    await assertAccessible(page, "placeholders");

    await using writer = await startTestServer();
    await writer.collect("12.34");
    await using publishing = await publish(writer, redis.url, "sandbox");
    // The streams of the edge were sent away: the page comes back by itself.
    await isWorth("live");
    await page.locator("#sandbox").waitFor();
    assert.equal(await note.count(), 0);
    const net = page.locator("[data-metric=netPnl] [data-value='12.34']");
    await net.waitFor();
    await page.locator(".product").getByText("Edge").waitFor();
    assert.deepEqual(await page.locator(".footer a").allInnerTexts(), [
      "Snapshot",
      "Breakdown",
      "Health",
    ]);
    await page.goto(`${edge.origin}/#/events`);
    const writerLink = page.getByRole("link", { name: "Look at the writer" });
    await writerLink.first().waitFor();
    assert.equal(await writerLink.first().getAttribute("href"), `${writer.origin}/#/events`);
    await page.goto(`${edge.origin}/#/now`);

    await publishing.disposeAsync();
    await isWorth("unconfirmed");
    assert.match(await page.locator(".connection").innerText(), /^Live, unconfirmed/);
    assert.match(await note.innerText(), /^Unconfirmed for \d+ s\. Newer figures may be missing\./);
    await net.waitFor();
    await assertAccessible(page, "unconfirmed");
  },
});

import assert from "node:assert/strict";
import { publish, startTestEdge } from "../src/http/test_edge.ts";
import { startTestServer } from "../src/http/test_server.ts";
import { startRedis } from "../src/redis/testing.ts";
import { launchBrowser, WITHOUT_BROWSER } from "./browser.ts";
import { assertReadable, listenForFaults } from "./page_checks.ts";

const withoutRedis = Deno.env.get("PNL_TEST_REDIS_SERVER") === undefined &&
  Deno.env.get("CI") !== "true";

Deno.test({
  name: "the page of an edge says when its figures are placeholders, the sandbox's, unconfirmed",
  ignore: WITHOUT_BROWSER || withoutRedis,
  fn: async () => {
    await using redis = await startRedis();
    await using edge = startTestEdge(redis.url);
    await using browser = await launchBrowser();
    const page = await browser.newPage();
    const faults = listenForFaults(page);
    await page.goto(edge.origin);
    const [state, note] = [(name: string) => page.locator(`body[data-state=${name}]`), "#note"];
    await state("unconfirmed").waitFor();
    assert.match(await page.locator(note).innerText(), /zeros are placeholders/);
    assert.equal(await page.locator("#sandbox").isVisible(), false);

    await using writer = await startTestServer();
    await writer.collect("12.34");
    await using publishing = await publish(writer, redis.url, "sandbox");
    // The streams of the edge were sent away: the page comes back by itself.
    await state("live").waitFor();
    await page.locator("#sandbox").waitFor();
    assert.equal(await page.locator(note).isVisible(), false);
    const revenue = page.locator("[data-money='metrics.totalRevenue']");
    await revenue.and(page.locator("[title='12.34']")).waitFor();
    assert.deepEqual(await page.locator("footer a:visible").allInnerTexts(), [
      "Snapshot",
      "Breakdown",
      "Health",
    ]);

    await publishing.disposeAsync();
    await state("unconfirmed").waitFor();
    assert.match(
      await page.locator("#connection").innerText(),
      /^Live over WebSocket, unconfirmed/,
    );
    assert.match(await page.locator(note).innerText(), /^Unconfirmed for \d+ s\. Newer figures/);
    assert.equal(await revenue.getAttribute("title"), "12.34", "the last figures stay");
    const slant = "getComputedStyle(document.querySelector('.tiles dd')).fontStyle";
    assert.equal(await page.evaluate(slant), "italic", "unconfirmed figures are marked");
    await assertReadable(page, "unconfirmed");
    assert.deepEqual(faults, []);
  },
});

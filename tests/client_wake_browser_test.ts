import assert from "node:assert/strict";
import { until as untilHolds } from "../src/http/test_streams.ts";
import { browserTest, isCurrent, reaches, report } from "./client_stage.ts";
import { Gate } from "./gate.ts";

browserTest("a page that is seen again finds a dead line at once", async (stage) => {
  const { server } = stage;
  using gate = new Gate(server.server.port);
  const page = await stage.tab({ wakeMs: 300 }, gate.origin);
  await isCurrent(page, server);
  gate.silent = true;
  await server.windows(1);
  // Three intervals of this server are three minutes.
  for (const event of ["visibilitychange", "pageshow", "online"]) {
    const target = event === "visibilitychange" ? "document" : "window";
    await page.evaluate(`${target}.dispatchEvent(new Event("${event}"))`);
  }
  await reaches(page, ({ lastError }) => lastError?.code === "silent");
  gate.silent = false;
  await page.evaluate("mine.client.reconnect()");
  await isCurrent(page, server);
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await new Promise((resolve) => setTimeout(resolve, 600));
  const { story } = await report(page);
  assert.equal(story.filter((status) => status === "live").length, 2, "a living line answers");
});

browserTest(
  "a page whose network is back tries at once, and says offline until then",
  async (stage) => {
    const { server } = stage;
    using gate = new Gate(server.server.port);
    const page = await stage.tab(
      { firstRetryMs: 3_600_000, longestRetryMs: 3_600_000 },
      gate.origin,
    );
    await isCurrent(page, server);
    await stage.context.setOffline(true);
    gate.cut();
    const { retryAt } = await reaches(page, ({ status }) => status === "offline");
    assert.ok(retryAt !== null);
    await stage.context.setOffline(false);
    await isCurrent(page, server);
  },
);

browserTest(
  "a page that is put away gives up its line, and goes on where it was when it is back",
  async (stage) => {
    const { server } = stage;
    const page = await stage.tab();
    await isCurrent(page, server);
    const from = server.projector.current()?.offset ?? 0;
    await page.evaluate("addEventListener('pageshow', (e) => globalThis.kept = e.persisted)");
    await page.goto(`${stage.siteOrigin}/other`);
    await untilHolds(() => server.hub.stats().connections.websocket === 0, "given up");
    await server.windows(3);
    await page.goBack({ waitUntil: "commit" });
    assert.equal(await page.evaluate("globalThis.kept"), true, "the page itself is back");
    await isCurrent(page, server);
    const { finals, missed } = await report(page);
    assert.deepEqual(finals, server.projector.finalsAfter(from, 100).map(({ offset }) => offset));
    assert.deepEqual(missed, { count: 3, resyncs: 0 });
  },
  ["--disable-back-forward-cache"],
);

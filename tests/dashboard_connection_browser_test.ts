import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startTestServer, type TestServer } from "../src/http/test_server.ts";
import { until as untilHolds } from "../src/http/test_streams.ts";
import { builtDashboard, CUT_LINE, dashboardTest, openDashboard } from "./dashboard_page.ts";
import { Gate } from "./gate.ts";
import { startServerProcess, until, withFolder } from "./server_process.ts";

/** A page that has tried for long in vain waits up to half a minute before it tries again. */
const PATIENCE_MS = 35_000;

/** Waits until the connection is said to be so. */
async function says(page: Page, words: RegExp): Promise<void> {
  await until(
    () => page.locator(".connection").innerText(),
    (text) => words.test(text.replaceAll("\n", " · ")),
    PATIENCE_MS,
  );
}

/** The net as the page has it, to the last digit. */
function shownNet(page: Page): Promise<string | null> {
  return page.locator("[data-metric=netPnl] .tile-value [data-value]").getAttribute("data-value");
}

/** Waits until the page shows the server's net. */
async function isCurrent(page: Page, server: TestServer): Promise<void> {
  const net = async () => (await (await server.get("/api/pnl/current")).json()).metrics.netPnl;
  const both = async () => [await shownNet(page), await net()];
  await until(both, ([shown, wished]) => shown === wished, PATIENCE_MS);
}

function ageOf(page: Page): Promise<number> {
  return page.locator(".connection-age").getAttribute("data-age-ms").then(Number);
}

async function served(): Promise<TestServer> {
  const server = await startTestServer({ dashboard: await builtDashboard() });
  await server.windows(2);
  return server;
}

dashboardTest(
  "a server that is killed is said to be gone; when it is back the page goes on by itself",
  async () => {
    await withFolder(async (env) => {
      await builtDashboard();
      const first = await startServerProcess({ ...env, PNL_INTERVAL_MS: "1000" });
      const settings = { ...env, PNL_INTERVAL_MS: "1000", PORT: new URL(first.url).port };
      await using dashboard = await openDashboard({ origin: first.url, forgiven: CUT_LINE });
      const { page } = dashboard;
      await says(page, /^Live · WebSocket · \d+ s old$/);
      await page.evaluate("globalThis.kept = true");
      const net = await shownNet(page);
      await first.end("SIGKILL");
      await says(page, /^Reconnecting · (next try in \d+ s|trying now) · \d+ s old$/);
      assert.match(
        await page.locator("#note").innerText(),
        /^The line is cut\. These are the last/,
      );
      await until(
        () => page.title(),
        (title) => /^⚠ [+-]?\$[\d,.]+ · Now/.test(title),
        PATIENCE_MS,
      );
      assert.match(await page.locator("#favicon").getAttribute("href") ?? "", /%23ad1f17/);
      assert.match(await shownNet(page) ?? "", /\d/, "the last figures stay");
      const style = "getComputedStyle(document.querySelector('.periods .figure')).fontStyle";
      assert.equal(await page.evaluate(style), "italic", "and none of the periods looks live");
      const age = await ageOf(page);
      await until(() => ageOf(page), (grown) => grown >= age + 3_000, PATIENCE_MS);
      const again = await startServerProcess(settings);
      try {
        await says(page, /^Live · WebSocket · (missed \d+, caught up · )?\d s old$/);
        const wished = async () =>
          (await (await fetch(`${again.url}/api/pnl/current`)).json()).metrics.netPnl;
        await until(
          async () => [await shownNet(page), await wished()],
          ([a, b]) => a === b,
          PATIENCE_MS,
        );
        assert.notEqual(net, null);
        assert.equal(await page.evaluate("globalThis.kept"), true, "without loading it again");
        assert.equal(await page.locator("#note").count(), 0);
        await until(() => page.title(), (title) => /^[+-]?\$/.test(title), PATIENCE_MS);
      } finally {
        await again.end("SIGTERM");
      }
    });
  },
);

dashboardTest(
  "where WebSockets are blocked figures come by server-sent events, else by polling",
  async () => {
    await using server = await served();
    using gate = new Gate(server.server.port);
    gate.fate = (path) => path === "/ws" ? "bad_gateway" : "pass";
    {
      await using dashboard = await openDashboard({ origin: gate.origin, forgiven: CUT_LINE });
      await says(dashboard.page, /^Live · Server-sent events · /);
      await server.windows(1);
      await isCurrent(dashboard.page, server);
    }
    await using dashboard = await openDashboard({
      origin: gate.origin,
      forgiven: CUT_LINE,
      route: (page) => page.route("**/api/pnl/stream*", (route) => route.abort("blockedbyclient")),
    });
    await says(dashboard.page, /^Polling · HTTP · /);
    await server.windows(1);
    await isCurrent(dashboard.page, server);
    assert.ok(gate.paths.includes("/ws"), "the best way was tried");
    await dashboard.page.evaluate('location.hash = "#/curve"');
    await dashboard.page.getByText("Following, delayed").waitFor();
  },
);

dashboardTest("paused figures stay as they are, and go on where they stopped", async () => {
  await using server = await served();
  await using dashboard = await openDashboard({ origin: server.origin });
  const { page } = dashboard;
  await says(page, /^Live/);
  await isCurrent(page, server);
  const before = await shownNet(page);
  await page.keyboard.press(" ");
  await says(page, /^Paused/);
  await until(() => page.title(), (title) => title.startsWith("⏸ "), PATIENCE_MS);
  await untilHolds(() => server.hub.stats().connections.websocket === 0, "disconnected");
  await server.windows(2);
  await page.waitForTimeout(600);
  assert.equal(await shownNet(page), before);
  await page.getByRole("button", { name: "Go on" }).click();
  await says(page, /^Live · WebSocket · missed \d+, caught up/);
  await isCurrent(page, server);
  assert.notEqual(await shownNet(page), before);
  await page.getByRole("button", { name: "Pause" }).click();
  await says(page, /^Paused/);
  await page.getByRole("button", { name: "Resume" }).click();
  await says(page, /^Live/);
});

dashboardTest(
  "what was missed while the line was cut is said, and the figures are the newest again",
  async () => {
    await using server = await served();
    using gate = new Gate(server.server.port);
    await using dashboard = await openDashboard({ origin: gate.origin, forgiven: CUT_LINE });
    const { page } = dashboard;
    await says(page, /^Live/);
    gate.target = null;
    gate.cut();
    await says(page, /^Reconnecting/);
    await server.windows(3);
    gate.target = server.server.port;
    await says(page, /^Live · WebSocket · missed 3, caught up · /);
    await isCurrent(page, server);
    await page.locator(".connection").click();
    const facts = page.getByRole("dialog", { name: "Connection" });
    assert.match(await facts.innerText(), /Finals that came late\s+3/);
    assert.match(await facts.innerText(), /Last error\s+\S+/);
  },
);

dashboardTest("tabs share one connection, settings too, and each shows the figures", async () => {
  await using server = await served();
  await using dashboard = await openDashboard({ origin: server.origin });
  const { page } = dashboard;
  await says(page, /^Live/);
  const other = await page.context().newPage();
  await other.goto(server.origin);
  await says(other, /^Live/);
  await server.windows(2);
  for (const tab of [page, other]) await isCurrent(tab, server);
  assert.deepEqual(server.hub.stats().connections, { websocket: 1, sse: 0 });
  await other.keyboard.press("h");
  await page.locator(".hidden-amount").first().waitFor();
});

dashboardTest(
  "without a network the page says that it is offline, with the last figures",
  async () => {
    await using server = await served();
    using gate = new Gate(server.server.port);
    await using dashboard = await openDashboard({ origin: gate.origin, forgiven: CUT_LINE });
    const { page } = dashboard;
    await says(page, /^Live/);
    await isCurrent(page, server);
    await page.context().setOffline(true);
    gate.target = null;
    gate.cut();
    await says(page, /^Offline · /);
    assert.match(await page.locator("#note").innerText(), /^Offline\. These are the last figures/);
    assert.match(await shownNet(page) ?? "", /\d/);
    gate.target = server.server.port;
    await page.context().setOffline(false);
    await says(page, /^Live/);
  },
);

dashboardTest(
  "a page that is loaded while nobody answers shows the figures of the last visit as such",
  async () => {
    await using server = await served();
    using gate = new Gate(server.server.port);
    await using dashboard = await openDashboard({ origin: gate.origin, forgiven: CUT_LINE });
    const { page } = dashboard;
    await says(page, /^Live/);
    await isCurrent(page, server);
    const net = await shownNet(page);
    // The page and its files come, the figures do not.
    for (const path of ["**/api/**", "**/health"]) await page.route(path, (route) => route.abort());
    gate.fate = (path) => path === "/ws" ? "bad_gateway" : "pass";
    await page.reload();
    await says(page, /^Last visit’s figures · .* · age unknown$/);
    assert.equal(await shownNet(page), net);
    assert.match(await page.locator("#note").innerText(), /^Your last visit’s figures/);
    await page.unrouteAll();
    await says(page, /^Live/);
  },
);

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { testKeys } from "../src/access/testing.ts";
import { startTestServer, TestClock } from "../src/http/test_server.ts";
import { launchBrowser, serveSite, WITHOUT_BROWSER } from "./browser.ts";

/** Whether a page gets the current snapshot, a WebSocket and an event stream of a server. */
function reach(page: Page, origin: string): Promise<[number, string, string]> {
  return page.evaluate(async (from) => {
    const status = await fetch(`${from}/api/pnl/current`, { credentials: "include" })
      .then((response) => response.status, () => 0);
    const socket = await new Promise<string>((resolve) => {
      const opened = new WebSocket(`${from.replace("http", "ws")}/ws`, "pnl.v1");
      opened.onopen = () => resolve("open");
      opened.onerror = () => resolve("refused");
    });
    const events = await new Promise<string>((resolve) => {
      const opened = new EventSource(`${from}/api/pnl/stream`, { withCredentials: true });
      const end = (how: string) => {
        opened.close();
        resolve(how);
      };
      opened.addEventListener("snapshot", () => end("open"));
      opened.onerror = () => end("refused");
    });
    return [status, socket, events];
  }, origin);
}

/** Signs in from a page of the server itself. */
function signIn(page: Page, key: string): Promise<number> {
  return page.evaluate(async (text) => {
    const response = await fetch("/api/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ key: text }),
    });
    return response.status;
  }, key);
}

Deno.test({
  name:
    "a browser that signed in reaches everything from the server's own page, and nothing from another",
  ignore: WITHOUT_BROWSER,
  fn: async () => {
    await using keys = await testKeys(new TestClock());
    await using other = serveSite("");
    await using server = await startTestServer({ access: keys.access() });
    await server.collect("1");
    const browser = await launchBrowser();
    try {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(server.origin);
      assert.deepEqual(await reach(page, server.origin), [401, "refused", "refused"]);
      const { id, text } = keys.make();
      assert.equal(await signIn(page, `${text.slice(0, -1)}!`), 401);
      assert.equal(await signIn(page, text), 204);
      assert.equal(await page.evaluate("document.cookie"), "", "no script reads it");
      assert.deepEqual(await reach(page, server.origin), [200, "open", "open"]);
      await page.reload();
      assert.deepEqual(await reach(page, server.origin), [200, "open", "open"]);
      // Another port of the same host is the same site: the browser sends the cookie along.
      const stranger = await context.newPage();
      await stranger.goto(other.origin);
      assert.deepEqual(await reach(stranger, server.origin), [0, "refused", "refused"]);
      assert.equal(
        await stranger.evaluate(async (origin) => {
          const init = { method: "DELETE", credentials: "include", mode: "no-cors" } as const;
          return await fetch(`${origin}/api/session`, init).then(() => "sent", () => "refused");
        }, server.origin),
        "refused",
      );
      assert.deepEqual(await reach(page, server.origin), [200, "open", "open"]);
      keys.store.revoke(id, server.clock.now());
      assert.deepEqual(await reach(page, server.origin), [401, "refused", "refused"]);
    } finally {
      await browser.close();
    }
  },
});

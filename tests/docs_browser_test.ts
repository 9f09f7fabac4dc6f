import assert from "node:assert/strict";
import { OpenApiCheck } from "../src/http/test_openapi.ts";
import { startTestServer } from "../src/http/test_server.ts";
import { launchBrowser, WITHOUT_BROWSER } from "./browser.ts";
import { assertAccessible } from "./dashboard_accessible.ts";

/** The path and query of each line for curl on the page, with the method. */
function calls(text: string): [string, string][] {
  return [...text.matchAll(/^curl .*'http:\/\/127\.0\.0\.1:3000(\/.*)'$/gm)].map(([line, path]) => [
    /-X (\w+)/.exec(line)?.[1] ?? "GET",
    path!,
  ]);
}

Deno.test({
  name: "/docs shows every route, can be read by all, by keys alone, and loads nothing",
  ignore: WITHOUT_BROWSER,
  fn: async () => {
    await using server = await startTestServer();
    await using browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const complaints: string[] = [];
    const asked: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`${server.origin}/docs`);
    const { operations, document } = await OpenApiCheck.of(server.get);
    const text = await page.locator("main").innerText();
    for (const [name, { operationId, parameters }] of operations) {
      assert.ok(await page.locator(`#${operationId}`).isVisible(), name);
      const section = page.locator(`section:has(> #${operationId})`);
      const shown = await section.innerText();
      for (const { name: parameter } of parameters) {
        assert.ok(shown.includes(parameter), `${parameter} of ${name}`);
      }
    }
    for (const shape of Object.keys(document.components.schemas)) {
      assert.ok(await page.locator(`#shape-${shape}`).isVisible(), shape);
    }
    const { channels } = await (await server.get("/asyncapi.json")).json();
    for (const channel of Object.keys(channels)) {
      assert.ok(await page.locator(`#messages-${channel}`).isVisible(), channel);
    }
    const broken = await page.evaluate<string[]>(
      `[...document.querySelectorAll('a[href^="#"]')].map((a) => a.getAttribute("href"))
        .filter((href) => document.getElementById(href.slice(1)) === null)`,
    );
    assert.deepEqual(broken, []);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.className"), "skip");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.closest('main') !== null"), true);
    assert.ok(text.includes("curl"));
    await assertAccessible(page, "/docs");
    assert.deepEqual(asked.filter((url) => !url.startsWith("data:")), [`${server.origin}/docs`]);
    assert.deepEqual(complaints, []);
  },
});

Deno.test({
  name: "the lines for curl on /docs get the usual answer",
  ignore: WITHOUT_BROWSER,
  fn: async () => {
    await using server = await startTestServer();
    await server.windows(2);
    await using browser = await launchBrowser();
    const page = await browser.newPage();
    await page.goto(`${server.origin}/docs`);
    const found = calls(await page.locator("main").innerText());
    assert.ok(found.length > 20, `${found.length} lines`);
    const unbuilt = new Set(["/", "/assets/main.js"]);
    for (const [method, path] of found) {
      if (unbuilt.has(path) || method === "POST" && path === "/api/session") continue;
      const response = await server.get(path, { method });
      await response.body?.cancel();
      assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    }
  },
});

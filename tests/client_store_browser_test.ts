import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserTest, type Stage } from "./client_stage.ts";
import { until } from "./server_process.ts";

const KEY = "pnl-stream:snapshot";

/** Opens a page with the components over a store. */
async function mounted({ context, siteOrigin }: Stage, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(siteOrigin);
  await page.evaluate(
    `void (globalThis.client = mount(${JSON.stringify(url)}, 50, document.body))`,
  );
  return page;
}

/** Waits until an element's text is as wished. */
async function shows(page: Page, id: string, wished: RegExp): Promise<string> {
  const text = () => page.evaluate<string>(`document.getElementById("${id}")?.textContent ?? ""`);
  return await until(text, (found) => wished.test(found), 5_000);
}

browserTest("usePnl() shows the stored snapshot as such, then the live one", async (stage) => {
  const { server } = stage;
  const page = await mounted(stage, server.origin);
  await shows(page, "net", /^none /);
  await page.evaluate("client.start()");
  await shows(page, "net", /^\d.* live$/);
  await server.collect("777");
  await shows(page, "net", /^777.00 live$/);
  const stored = () => page.evaluate<string>(`localStorage.getItem("${KEY}")`);
  await until(stored, (text) => text.includes("777.00"), 5_000);
  await page.reload();
  await page.evaluate(`void (globalThis.client = mount("${server.origin}", 50, document.body))`);
  await shows(page, "net", /^777.00 stored$/);
  await shows(page, "age", /^null$/);
  await page.evaluate("client.start()");
  await shows(page, "net", /^777.00 live$/);
});

browserTest(
  "useAge() ticks once a second, and usePnl() renders only what changed",
  async (stage) => {
    const { server } = stage;
    const page = await mounted(stage, server.origin);
    await page.evaluate("client.start()");
    await shows(page, "net", / live$/);
    await shows(page, "age", /^[12]000$/);
    const counts = () =>
      page.evaluate<{ net: number; age: number; at: number }>(
        "({ ...renders, at: performance.now() })",
      );
    const before = await counts();
    await new Promise((resolve) => setTimeout(resolve, 3_050));
    const after = await counts();
    // A component in strict mode is rendered twice each time.
    const most = 2 * (1 + Math.ceil((after.at - before.at) / 1_000));
    assert.ok(after.age - before.age >= 4, JSON.stringify(after));
    assert.ok(after.age - before.age <= most, JSON.stringify({ before, after }));
    assert.equal(after.net, before.net, "an age is no change of the state");
    await page.evaluate("client.pause()");
    await shows(page, "net", / paused$/);
  },
);

browserTest("createPnlStore() ignores what is stored and none of its own", async (stage) => {
  const page = await mounted(stage, stage.server.origin);
  for (const entry of ["", "{", "null", "[1]", '{"v":1}', '{"v":1,"snapshot":{"schema":"x"}}']) {
    await page.evaluate(`localStorage.setItem("${KEY}", ${JSON.stringify(entry)})`);
    await page.reload();
    await page.evaluate(`void mount("${stage.server.origin}", 50, document.body)`);
    await shows(page, "net", /^none idle$/);
  }
});

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { launchBrowser, WITHOUT_BROWSER } from "./browser.ts";
import { assertReadable, listenForFaults } from "./page_checks.ts";
import { startServerProcess, until, withFolder } from "./server_process.ts";

/** What the page shows of a figure: as it is seen, and exactly where a hover tells it. */
interface Figure {
  readonly path: string;
  readonly seen: string;
  readonly exact: string | null;
}

/** All amounts and percentages on the page. */
function figures(page: Page): Promise<Figure[]> {
  return page.evaluate(
    `[...document.querySelectorAll("[data-money], [data-percent]")].map((at) => ({
    path: at.dataset.money ?? at.dataset.percent,
    seen: at.textContent,
    exact: at.dataset.money === undefined ? null : at.title,
  }))`,
  );
}

/** True where the page shows the value: exactly on hover, rounded to what is seen, a dash for null. */
function shows({ seen, exact }: Figure, value: unknown): boolean {
  if (value === null || value === undefined) return !/\d/.test(seen);
  const number = Number(seen.replace("\u2212", "-").replace(/[^\d.-]/g, ""));
  return Math.abs(number - Number(value)) <= 0.005 + 1e-9 && (exact === null || exact === value);
}

/** The value at a dotted path of a snapshot. */
function valueAt(snapshot: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | null)?.[key],
    snapshot,
  );
}

Deno.test({
  name: "the page shows the figures of the API, live, and says that they are the sandbox's",
  ignore: WITHOUT_BROWSER,
  fn: async () => {
    await withFolder(async (env) => {
      const server = await startServerProcess(env);
      const browser = await launchBrowser();
      try {
        const page = await browser.newPage();
        const faults = listenForFaults(page);
        await page.goto(server.url);
        // The log moves while it is looked at: both are read until they speak of one position.
        await until(
          async () => {
            const shown = await figures(page);
            const snapshot = await (await fetch(`${server.url}/api/pnl/current`)).json();
            const differing = shown.filter((figure) =>
              !shows(figure, valueAt(snapshot, figure.path))
            );
            return { complete: snapshot.quality.complete, count: shown.length, differing };
          },
          ({ complete, count, differing }) => complete && count > 20 && differing.length === 0,
          15_000,
        );
        assert.equal(await page.locator("#sandbox").isVisible(), true);
        assert.match(await page.title(), /\d/);
        await assertReadable(page, "live");
        await server.end("SIGTERM");
        await page.locator("body[data-state=lost]").waitFor();
        const note = page.locator("#note");
        assert.match(await note.innerText(), /line is cut/);
        await assertReadable(page, "lost");
        const slant = "getComputedStyle(document.querySelector('.tiles dd')).fontStyle";
        assert.equal(await page.evaluate(slant), "italic", "old figures are marked");
        const left = (await figures(page)).find(({ path }) => path === "metrics.netPnl");
        assert.match(left?.seen ?? "", /\d/, "the last figures stay");
        assert.deepEqual(faults, []);
      } finally {
        await browser.close();
        await server.end("SIGTERM");
      }
    });
  },
});

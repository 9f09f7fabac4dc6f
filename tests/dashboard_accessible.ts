/** What holds of every view in every state: no violation that axe-core finds, and no scrolling sideways. */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";

/** A violation as axe-core tells it, as far as it is shown. */
interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly {
    readonly target: readonly string[];
    readonly failureSummary: string;
  }[];
}

const RUN =
  `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)`;

/** Runs axe-core in the page. The script comes in by the debugger, which no policy of the page concerns. */
async function violations(page: Page): Promise<string[]> {
  if (await page.evaluate("typeof axe") === "undefined") await page.evaluate(axe.source);
  const found = await page.evaluate<Violation[]>(RUN);
  return found.map(({ id, help, nodes }) =>
    `${id}: ${help}: ${
      nodes.map(({ target, failureSummary }) => `${target.join(" ")} (${failureSummary})`).join(
        "; ",
      )
    }`
  );
}

/** Fails where the page scrolls sideways at a width of so many pixels. */
export async function assertFits(page: Page, name: string, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 800 });
  const wide = await page.evaluate("document.documentElement.scrollWidth");
  assert.ok(Number(wide) <= width, `${name}: ${wide} pixels of ${width}`);
}

/** Fails where axe-core finds a violation, in either colour scheme, wide or narrow, or a narrow page scrolls sideways. */
export async function assertAccessible(page: Page, name: string): Promise<void> {
  const size = page.viewportSize();
  assert.ok(size !== null);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}`);
  }
  await assertFits(page, name, 320);
  await assertFits(page, name, 375);
  assert.deepEqual(await violations(page), [], `${name}, on a phone`);
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: null });
}

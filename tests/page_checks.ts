/** What holds of the page in every state, as a browser has it. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { FAINT_TEXTS } from "./page_contrast.ts";

/**
 * What goes wrong on a page from now on. A connection that the server ended is an error to the browser,
 * and none of the page.
 */
export function listenForFaults(page: Page): readonly string[] {
  const faults: string[] = [];
  const add = (fault: string) => {
    if (!/WebSocket|ERR_CONNECTION|Failed to load/.test(fault)) faults.push(fault);
  };
  page.on("pageerror", (error) => add(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") add(message.text());
  });
  return faults;
}

/** Fails where text is hard to read, in either colour scheme, or where a narrow page scrolls sideways. */
export async function assertReadable(page: Page, state: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await page.evaluate(FAINT_TEXTS), [], `${state}, ${colorScheme}`);
  }
  const size = page.viewportSize();
  assert.ok(size !== null);
  for (const width of [320, 375]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate("document.documentElement.scrollWidth");
    assert.ok(Number(wide) <= width, `${state}: ${wide} pixels of ${width}`);
  }
  await page.setViewportSize(size);
}

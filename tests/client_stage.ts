/** A browser, a site in it that runs the client, and a server of another origin that knows the site. */
import type { BrowserContext, Page } from "playwright-core";
import { startTestServer, type TestServer } from "../src/http/test_server.ts";
import { bundle, launchBrowser, serveSite, WITHOUT_BROWSER } from "./browser.ts";
import { until } from "./server_process.ts";

/** What a page tells of its client. */
export interface Report {
  readonly status: string;
  readonly transport: string | null;
  readonly position: string | null;
  readonly retryAt: number | null;
  readonly missed: { readonly count: number; readonly resyncs: number };
  readonly lastError: { readonly code: string } | null;
  readonly revenue: string | null;
  readonly finals: readonly number[];
  readonly story: readonly string[];
  readonly ageMs: number | null;
}

/** What is set for a test. */
export interface Stage extends AsyncDisposable {
  readonly server: TestServer;
  readonly context: BrowserContext;
  readonly siteOrigin: string;
  /**
   * Opens a tab of the site, whose client follows the server.
   *
   * @param url the server's, or that of who stands before it
   * @param before a script that runs before the page's own
   */
  tab(timings?: Readonly<Record<string, number>>, url?: string, before?: string): Promise<Page>;
}

/** @param ignored switches of the driver's own that the browser is started without */
async function setStage(ignored: readonly string[]): Promise<Stage> {
  const site = serveSite(await bundle("tests/client_page.ts"));
  const server = await startTestServer({ allowedOrigins: [site.origin] });
  await server.windows(2);
  const browser = await launchBrowser(ignored);
  const context = await browser.newContext();
  return {
    server,
    context,
    siteOrigin: site.origin,
    tab: async (timings = {}, url = server.origin, before = "") => {
      const page = await context.newPage();
      await page.addInitScript(before);
      await page.goto(site.origin);
      const options = `${JSON.stringify(url)}, ${JSON.stringify(timings)}`;
      await page.evaluate(`void (globalThis.mine = new PageClient(${options}))`);
      return page;
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await server[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    },
  };
}

/** What a page's client is like now. */
export function report(page: Page): Promise<Report> {
  return page.evaluate("mine.report()");
}

/** Waits until a page's client is as wished. */
export function reaches(page: Page, wished: (report: Report) => boolean): Promise<Report> {
  return until(() => report(page), wished, 10_000);
}

/** Waits until a page shows what the server has, live. */
export async function isCurrent(page: Page, { projector }: TestServer): Promise<void> {
  const current = () => `${projector.epoch}:${projector.current()?.offset}`;
  await reaches(page, ({ status, position }) => status === "live" && position === current());
}

/** A test in a browser; left out where there is none. */
export function browserTest(
  name: string,
  run: (stage: Stage) => Promise<void>,
  ignored: readonly string[] = [],
): void {
  Deno.test({
    name,
    ignore: WITHOUT_BROWSER,
    fn: async () => {
      await using stage = await setStage(ignored);
      await run(stage);
    },
  });
}

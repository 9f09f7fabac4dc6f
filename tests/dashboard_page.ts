/** The dashboard in a browser, for tests: built, served by a real server, and watched for faults. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type DashboardFiles, readDashboard } from "../src/http/dashboard_files.ts";
import { launchBrowser, WITHOUT_BROWSER } from "./browser.ts";
import { ensureBuilt } from "./built.ts";
import { type ServerProcess, startServerProcess } from "./server_process.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** How a dashboard is opened. */
export interface DashboardOptions {
  /** Whose dashboard; default a server of its own that runs the sandbox. */
  readonly origin?: string;
  /** Settings of the sandbox's server, such as `PNL_INTERVAL_MS`. */
  readonly env?: Readonly<Record<string, string>>;
  /** The fragment to begin with, such as `#/curve`. */
  readonly at?: string;
  /** Size, zone, colour scheme and the like; default 1280 × 800 pixels. */
  readonly context?: BrowserContextOptions;
  /** A script that runs before the page's own. */
  readonly before?: string;
  /** What the browser's console may say, as the test makes it happen; default nothing. */
  readonly forgiven?: RegExp;
  /** Sets up what the browser lets through, before the page is loaded. */
  readonly route?: (page: Page) => Promise<unknown>;
}

/** A dashboard that is open. Disposing fails where the page had a fault. */
export interface OpenDashboard extends AsyncDisposable {
  readonly page: Page;
  readonly browser: Browser;
  readonly origin: string;
  /** The sandbox's server; null where the dashboard of another one is open. */
  readonly server: ServerProcess | null;
  /** Errors of the page and its console but those forgiven, and breaches of its policy. */
  readonly faults: string[];
}

let built: Promise<DashboardFiles> | null = null;

async function readBuilt(): Promise<DashboardFiles> {
  await ensureBuilt();
  const files = await readDashboard(`${ROOT}dist/dashboard`);
  assert.ok(files !== null, "the dashboard is not built");
  return files;
}

/** The dashboard as it is in the source, such as for `startTestServer({ dashboard })`. */
export function builtDashboard(): Promise<DashboardFiles> {
  return built ??= readBuilt();
}

/** A line that broke is an error to the browser, and none of the page: for tests that cut it. */
export const CUT_LINE = /WebSocket connection|net::ERR_/;

/** So is an answer that is a problem: for tests that bring one about. A line that is refused is one. */
export function refusals(...statuses: readonly number[]): RegExp {
  return new RegExp(`WebSocket connection|with a status of (${statuses.join("|")}) `);
}

/** What goes wrong on a page from now on. */
async function listenForFaults(page: Page, forgiven: RegExp | null): Promise<string[]> {
  const faults: string[] = [];
  const add = (fault: string) => {
    if (forgiven === null || !forgiven.test(fault)) faults.push(fault);
  };
  page.on("pageerror", (error) => add(`${error.message}\n${error.stack ?? ""}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") add(message.text());
  });
  await page.exposeBinding("reportViolation", (_source, text: string) => void faults.push(text));
  await page.addInitScript(`addEventListener("securitypolicyviolation", (event) =>
    reportViolation("CSP " + event.effectiveDirective + " " + event.blockedURI + " " + event.sample))`);
  return faults;
}

async function startSandbox(options: DashboardOptions, stack: AsyncDisposableStack) {
  const folder = await Deno.makeTempDir({ prefix: "pnl-dashboard-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const folders = { PNL_DATA_DIR: `${folder}/data`, LOG_DIR: `${folder}/logs` };
  const server = await startServerProcess({ PORT: "0", ...folders, ...options.env });
  stack.defer(async () => void await server.end("SIGTERM"));
  return server;
}

/** Opens the dashboard, and waits until it is drawn. */
export async function openDashboard(options: DashboardOptions = {}): Promise<OpenDashboard> {
  await using stack = new AsyncDisposableStack();
  await builtDashboard();
  const server = options.origin === undefined ? await startSandbox(options, stack) : null;
  const origin = options.origin ?? server?.url ?? "";
  const browser = await launchBrowser();
  stack.defer(() => browser.close());
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: "en-US",
    timezoneId: "UTC",
    ...options.context,
  });
  const page = await context.newPage();
  if (options.before !== undefined) await page.addInitScript(options.before);
  const faults = await listenForFaults(page, options.forgiven ?? null);
  await options.route?.(page);
  await page.goto(`${origin}/${options.at ?? ""}`);
  await page.locator("main").waitFor();
  const parts = stack.move();
  return {
    page,
    browser,
    origin,
    server,
    faults,
    [Symbol.asyncDispose]: async () => {
      await parts.disposeAsync();
      assert.deepEqual(faults, [], "the page had faults");
    },
  };
}

/** A test of the dashboard in a browser; left out where there is none. */
export function dashboardTest(name: string, fn: () => Promise<void>): void {
  const run = async () => {
    try {
      await fn();
    } catch (error) {
      // Both are told: what failed, and the faults of the page that may be the reason.
      if (!(error instanceof SuppressedError)) throw error;
      throw new AggregateError([error.suppressed, error.error]);
    }
  };
  Deno.test({ name, ignore: WITHOUT_BROWSER, fn: run });
}

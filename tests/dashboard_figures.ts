/** What the dashboard costs a browser: its first load, and a day of snapshots. */
import type { CDPSession, Page } from "playwright-core";
import { startTestServer, type TestServer, totals, WINDOW_MS } from "../src/http/test_server.ts";
import { reached } from "../src/projection/testing.ts";
import { builtDashboard, openDashboard } from "./dashboard_page.ts";
import { until } from "./server_process.ts";

/** Snapshots of a day, one each five seconds. */
export const DAY = 17_280;

/** What a first load cost. */
export interface FirstLoad {
  /** Of all responses, with their headers, as they came over the wire. */
  readonly bytes: number;
  readonly requests: number;
  /** Milliseconds from the beginning of the navigation. */
  readonly firstPaintMs: number;
  readonly firstNumberMs: number;
}

/** Notes when the first figure of a snapshot is on the page. */
const NOTE_FIRST_NUMBER = `new MutationObserver((_changes, observer) => {
  const at = document.querySelector("main [data-value]");
  if (at === null || at.dataset.value === "") return;
  globalThis.firstNumberMs = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true });`;

/** A server with a few windows that serves the dashboard. */
export async function startFigureServer(): Promise<TestServer> {
  const server = await startTestServer({ dashboard: await builtDashboard() });
  await server.windows(5);
  return server;
}

/** Counts what responses bring over the wire. */
async function countBytes(page: Page) {
  const session = await page.context().newCDPSession(page);
  const counted = { bytes: 0, requests: 0 };
  session.on("Network.loadingFinished", ({ encodedDataLength }) => {
    counted.bytes += encodedDataLength;
    counted.requests += 1;
  });
  await session.send("Network.enable");
  return counted;
}

/** Loads the dashboard into a browser that has never seen it. */
export async function measureFirstLoad(origin: string): Promise<FirstLoad> {
  await using dashboard = await openDashboard({ origin });
  // The browser is warm after the first page, as a reader's is; its cache is of another context.
  const context = await dashboard.browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(NOTE_FIRST_NUMBER);
  const counted = await countBytes(page);
  await page.goto(origin);
  await page.locator('main [data-value]:not([data-value=""])').first().waitFor();
  // What it asks for when all is drawn counts too.
  await page.waitForTimeout(1_000);
  const [firstPaintMs, firstNumberMs] = await page.evaluate<[number, number]>(
    `[performance.getEntriesByName("first-contentful-paint")[0].startTime, firstNumberMs]`,
  );
  await context.close();
  return { ...counted, firstPaintMs, firstNumberMs };
}

/** What a day of snapshots left in the page. */
export interface Day {
  /** Snapshots that came over the line. */
  readonly frames: number;
  /** Bytes in use after a collection, before and after. */
  readonly before: number;
  readonly after: number;
  readonly seconds: number;
}

async function usedHeap(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return usedSize;
}

/** What came over a page's line. */
class Line {
  frames = 0;
  #offset = 0;

  constructor(page: Page) {
    page.on("websocket", (socket) => {
      socket.on("framereceived", ({ payload }) => this.#take(String(payload)));
    });
  }

  /** Waits until a position of the log has come. */
  async reaches(position: number): Promise<void> {
    await until(() => Promise.resolve(this.#offset), (seen) => seen >= 2 * position, 30_000);
  }

  #take(payload: string): void {
    const offset = /"pos":"\w+:(\d+)"/.exec(payload)?.[1];
    if (offset === undefined) return;
    this.#offset = Math.max(this.#offset, Number(offset));
    if (payload.includes('"final":true')) this.frames += 1;
  }
}

/** Appends one event in each of some windows; the page has the last when it returns. */
async function push({ clock, log, projector }: TestServer, count: number, line: Line) {
  for (let made = 0; made < count; made++) {
    clock.step(WINDOW_MS);
    const window = clock.now() / WINDOW_MS;
    const cents = String(window % 100).padStart(2, "0");
    log.append([totals(`${5_000 + window % 977}.${cents}`, clock.now())]);
    // The server is of this process: it has to have its turn.
    if (made % TURN === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const { position } = log.head();
  await reached(projector, position, 30_000);
  await line.reaches(position);
}

const TURN = 10;

/** Windows that are made at once: the client has credit for more. */
const AT_ONCE = 240;

/**
 * Sends a page so many snapshots, one final for each window, as fast as it takes them.
 *
 * @param at the view, such as `#/now`
 */
export async function measureDay(server: TestServer, at: string, snapshots: number): Promise<Day> {
  await using dashboard = await openDashboard({ origin: server.origin });
  const { page } = dashboard;
  const line = new Line(page);
  await page.goto(`${server.origin}/${at}`);
  await page.reload();
  await page.locator("main [data-value]").first().waitFor();
  const session = await page.context().newCDPSession(page);
  await push(server, 2 * AT_ONCE, line);
  const before = await usedHeap(session);
  const began = performance.now();
  const first = line.frames;
  for (let made = 0; made < snapshots; made += AT_ONCE) await push(server, AT_ONCE, line);
  const seconds = (performance.now() - began) / 1000;
  return { frames: line.frames - first, before, after: await usedHeap(session), seconds };
}

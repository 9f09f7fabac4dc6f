/** `deno task screenshots`: pictures of the main views into docs/images, from a server with the sandbox. */
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { print } from "../src/cli/output.ts";
import { builtDashboard, CUT_LINE, openDashboard } from "./dashboard_page.ts";
import { bringProgram, CHROMIUM } from "./programs.ts";
import { startServerProcess, withFolder } from "./server_process.ts";

const FOLDER = fileURLToPath(new URL("../docs/images/", import.meta.url));
/** A history that is long enough for a curve grows in the meantime. */
const GROW_MS = 90_000;
/** A view is at rest by then: nothing loads, nothing is highlighted. */
const SETTLE_MS = 2_500;
const SETTINGS = { PNL_INTERVAL_MS: "1000", KALSHI_POLL_MS: "1000", REVENUE_POLL_MS: "1000" };

/** What a picture is of. */
interface Shot {
  readonly name: string;
  readonly at: string;
  readonly scheme: "light" | "dark";
  readonly width: number;
  readonly height: number;
}

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const SHOTS: readonly Shot[] = [
  { name: "now_light", at: "#/now", scheme: "light", ...WIDE },
  { name: "now_dark", at: "#/now", scheme: "dark", ...WIDE },
  { name: "now_phone", at: "#/now", scheme: "light", ...PHONE },
  { name: "curve_dark", at: "#/curve?range=1h", scheme: "dark", ...WIDE },
  { name: "breakdown_light", at: "#/breakdown", scheme: "light", ...WIDE },
  { name: "explain_light", at: "#/explain/netPnl", scheme: "light", ...WIDE },
  { name: "sources_dark", at: "#/sources", scheme: "dark", ...WIDE },
  { name: "events_light", at: "#/events", scheme: "light", ...WIDE },
];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function shoot(page: Page, { name, at, scheme, width, height }: Shot): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height });
  await page.evaluate(`location.hash = ${JSON.stringify(at)}`);
  await page.evaluate("document.activeElement?.blur()");
  await pause(SETTLE_MS);
  await page.screenshot({ path: `${FOLDER}${name}.png` });
  print(`docs/images/${name}.png`);
}

if (import.meta.main) {
  const chromium = bringProgram(CHROMIUM);
  if (chromium === null) throw new Error("Cannot take screenshots: there is no Chromium");
  Deno.env.set(CHROMIUM.variable, chromium);
  await withFolder(async (env) => {
    await builtDashboard();
    const server = await startServerProcess({ ...env, ...SETTINGS });
    try {
      await pause(GROW_MS);
      await using dashboard = await openDashboard({ origin: server.url, forgiven: CUT_LINE });
      for (const shot of SHOTS) await shoot(dashboard.page, shot);
      // The line is cut while the view is open: it keeps what it has.
      const stale = { name: "now_stale", at: "#/now", scheme: "light", ...WIDE } as const;
      await shoot(dashboard.page, stale);
      await server.end("SIGKILL");
      await shoot(dashboard.page, stale);
    } finally {
      await server.end("SIGTERM");
    }
  });
}

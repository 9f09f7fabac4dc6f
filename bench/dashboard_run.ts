/**
 * The dashboard in Chromium, in a process of its own: its driver needs every permission. Prints one line
 * of JSON.
 */
import { join } from "node:path";
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { totals } from "../src/http/test_server.ts";
import { measureMotion, type Motion } from "../tests/curve_motion.ts";
import { builtDashboard } from "../tests/dashboard_page.ts";
import {
  DAY,
  type Day,
  type FirstLoad,
  measureDay,
  measureFirstLoad,
  startFigureServer,
} from "../tests/dashboard_figures.ts";
import { SteppedClock } from "./fixture.ts";
import { freePort, grantedFlags, launchServer } from "./launch.ts";

const WINDOW_MS = 5_000;
/** Where a million transactions need no disk: how fast it is, is not what is measured. */
const MEMORY = "/dev/shm";

/** What was measured. */
export interface DashboardFigures {
  readonly loads: readonly FirstLoad[];
  readonly days: Readonly<Record<string, Day>>;
  readonly motion: Motion;
  readonly seedSeconds: number;
  readonly foldSeconds: number;
}

/** A log with one event in each of so many windows, that ends now. */
async function seed(path: string, windows: number): Promise<void> {
  const clock = new SteppedClock(Date.now() - (windows + 10) * WINDOW_MS);
  const log = await openSqliteEventLog({ path, clock });
  for (let window = 0; window < windows; window++) {
    clock.step(WINDOW_MS);
    const cents = String(window % 100).padStart(2, "0");
    log.append([totals(`${50_000 + window % 9_973}.${cents}`, clock.now())]);
  }
  log.close();
}

/** The whole curve of so many finals, from a server as operators run it. */
async function longCurve(windows: number) {
  const isThere = await Deno.stat(MEMORY).then(({ isDirectory }) => isDirectory, () => false);
  const dir = await Deno.makeTempDir({ prefix: "pnl-curve-", ...(isThere ? { dir: MEMORY } : {}) });
  try {
    await Deno.mkdir(join(dir, "sandbox"));
    const began = performance.now();
    await seed(join(dir, "sandbox", "events.db"), windows);
    const seedSeconds = (performance.now() - began) / 1000;
    const PORT = String(freePort());
    const env = { PNL_DATA_DIR: dir, LOG_DIR: join(dir, "logs"), PORT, LOG_LEVEL: "error" };
    await using server = await launchServer(env, await grantedFlags(env));
    const motion = await measureMotion(`http://127.0.0.1:${PORT}`);
    return { seedSeconds, foldSeconds: server.launchMs / 1000, motion };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const windows = Number(Deno.args[0]);
await builtDashboard();
const loads: FirstLoad[] = [];
const days: Record<string, Day> = {};
{
  await using server = await startFigureServer();
  for (let run = 0; run < 5; run++) loads.push(await measureFirstLoad(server.origin));
  for (const at of ["#/now", "#/curve?range=1h"]) days[at] = await measureDay(server, at, DAY);
}
const figures: DashboardFigures = { loads, days, ...await longCurve(windows) };
console.log(JSON.stringify(figures));

/**
 * The dashboard in Chromium, in a process of its own: its driver needs every permission. Prints one line
 * of JSON.
 */
import { join } from "node:path";
import { freePort } from "../src/redis/test_port.ts";
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { rebuild } from "../src/projection/rebuild.ts";
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
import { grantedFlags, launchServer } from "./launch.ts";

const WINDOW_MS = 5_000;
/** Where a million transactions need no disk, whose speed is not what is measured. */
const MEMORY = "/dev/shm";

/** What was measured. */
export interface DashboardFigures {
  readonly loads: readonly FirstLoad[];
  readonly days: Readonly<Record<string, Day>>;
  readonly motion: Motion;
  readonly seedSeconds: number;
  readonly foldSeconds: number;
}

/** Seconds that something takes. */
async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
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

/** The same, made in memory where the machine has a folder there. */
async function seedFast(path: string, windows: number): Promise<void> {
  const isThere = await Deno.stat(MEMORY).then(({ isDirectory }) => isDirectory, () => false);
  if (!isThere) return await seed(path, windows);
  const dir = await Deno.makeTempDir({ prefix: "pnl-curve-", dir: MEMORY });
  try {
    await seed(join(dir, "events.db"), windows);
    await Deno.copyFile(join(dir, "events.db"), path);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Folds the log into a final for each window. */
async function fold(dataDir: string): Promise<void> {
  const path = join(dataDir, "events.db");
  const log = await openSqliteEventLog({ path, clock: new SteppedClock(), readOnly: true });
  await rebuild({ log, dataDir, windowMs: WINDOW_MS });
  log.close();
}

/** The whole curve of so many finals, from a server as operators run it. */
async function longCurve(windows: number) {
  const dir = await Deno.makeTempDir({ prefix: "pnl-curve-" });
  try {
    const data = join(dir, "sandbox");
    await Deno.mkdir(data);
    const seedSeconds = await secondsOf(() => seedFast(join(data, "events.db"), windows));
    const foldSeconds = await secondsOf(() => fold(data));
    const PORT = String(freePort());
    const env = { PNL_DATA_DIR: dir, LOG_DIR: join(dir, "logs"), PORT, LOG_LEVEL: "error" };
    await using _server = await launchServer(env, await grantedFlags(env));
    const motion = await measureMotion(`http://127.0.0.1:${PORT}`);
    return { seedSeconds, foldSeconds, motion };
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

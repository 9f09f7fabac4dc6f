/** The dashboard: its first load, a day of snapshots, and a curve of a million of them. */
import { fileURLToPath } from "node:url";
import type { DashboardFigures } from "./dashboard_run.ts";
import { median, report } from "./report.ts";

const WINDOWS = 1_000_000;
const MB = 1_000_000;

async function measure(): Promise<DashboardFigures> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--frozen", "-A", "bench/dashboard_run.ts", String(WINDOWS)],
    cwd: fileURLToPath(new URL("../", import.meta.url)),
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Cannot measure the dashboard: its process failed");
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "");
}

/** Runs the benchmark; `PNL_TEST_CHROMIUM` names the browser. */
export async function dashboardBench(_dir: string): Promise<void> {
  console.log("Dashboard");
  const { loads, days, motion, seedSeconds, foldSeconds } = await measure();
  const most = (value: number) => ({ at: "most", value }) as const;
  const runs = `median of ${loads.length}`;
  const kilobytes = median(loads.map(({ bytes }) => bytes / 1000));
  report("first load, all responses", kilobytes, " KB", runs, most(200));
  const paint = median(loads.map(({ firstPaintMs }) => firstPaintMs));
  report("first contentful paint", paint, " ms", runs, most(1_000));
  const number = median(
    loads.map(({ firstPaintMs, firstNumberMs }) => firstNumberMs - firstPaintMs),
  );
  report("from there to the first live number", number, " ms", runs, most(500));
  for (const [at, { frames, before, after, seconds }] of Object.entries(days)) {
    const detail = `${frames} snapshots in ${seconds.toFixed(0)} s`;
    report(`a day, heap growth in ${at}`, (after - before) / MB, " MB", detail, most(20));
  }
  const detail = `${WINDOWS} finals: ${seedSeconds.toFixed(0)} s to append, ` +
    `${foldSeconds.toFixed(0)} s to fold`;
  report("the whole curve, drawn after", motion.firstDrawMs, " ms", detail);
  report("longest task while it is loaded", motion.longestLoadingMs, " ms", "", most(200));
  const points = `at most ${motion.points} points`;
  report("longest task, panning and zooming", motion.longestMovingMs, " ms", points, most(200));
}

import assert from "node:assert/strict";
import { print } from "../src/cli/output.ts";
import { reached } from "../src/projection/testing.ts";
import { totals, WINDOW_MS } from "../src/http/test_server.ts";
import { measureMotion } from "./curve_motion.ts";
import { DAY, measureDay, measureFirstLoad, startFigureServer } from "./dashboard_figures.ts";
import { dashboardTest } from "./dashboard_page.ts";

const MB = 1_000_000;

/**
 * A busy machine draws late, and that is no fault of the page: the limits are 1,000 and 500 ms, and the
 * benchmark holds it to them.
 */
const PATIENCE = 10;

/** Views, and how much of a day each is shown here; the benchmark shows both a whole one. */
const SHOWN = [["#/now", DAY], ["#/curve?range=1h", 2_400]] as const;

dashboardTest("the first load is small and soon shows a number", async () => {
  await using server = await startFigureServer();
  const { bytes, requests, firstPaintMs, firstNumberMs } = await measureFirstLoad(server.origin);
  print(
    `${(bytes / 1000).toFixed(1)} KB in ${requests} responses; first paint ` +
      `${firstPaintMs.toFixed(0)} ms, first number ${firstNumberMs.toFixed(0)} ms`,
  );
  assert.ok(bytes < 200_000, `${bytes} bytes`);
  assert.ok(firstPaintMs < 1_000 * PATIENCE, `${firstPaintMs} ms until the first paint`);
  const afterMs = firstNumberMs - firstPaintMs;
  assert.ok(afterMs < 500 * PATIENCE, `${afterMs} ms from the first paint to the first number`);
});

for (const [at, snapshots] of SHOWN) {
  dashboardTest(`a long day leaves nothing behind in ${at}`, async () => {
    await using server = await startFigureServer();
    const { frames, before, after, seconds } = await measureDay(server, at, snapshots);
    const grownMb = (after - before) / MB;
    print(
      `${frames} of ${DAY} snapshots in ${seconds.toFixed(1)} s: ${grownMb.toFixed(2)} MB`,
    );
    assert.ok(frames > snapshots / 4, `${frames} snapshots came`);
    // As large a part of 20 MB as this is of a day, and what a collection may leave by chance.
    assert.ok(grownMb < 20 * frames / DAY + 2, `${grownMb} MB`);
  });
}

dashboardTest("a long curve is moved and zoomed without a stutter", async () => {
  await using server = await startFigureServer();
  const { clock, log, projector } = server;
  for (let window = 0; window < 6_000; window++) {
    clock.step(WINDOW_MS);
    log.append([totals(`${5_000 + window % 977}.25`, clock.now())]);
  }
  await reached(projector, log.head().position, 30_000);
  const motion = await measureMotion(server.origin);
  print(
    `drawn after ${motion.firstDrawMs.toFixed(0)} ms; longest task ` +
      `${motion.longestLoadingMs} ms loading, ${motion.longestMovingMs} ms moving`,
  );
  assert.ok(motion.points <= 2_000, `${motion.points} points`);
  assert.ok(motion.firstDrawMs < 2_000 * PATIENCE, `${motion.firstDrawMs} ms`);
  assert.ok(motion.longestMovingMs < 200 * PATIENCE, `${motion.longestMovingMs} ms`);
});

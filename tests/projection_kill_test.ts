import assert from "node:assert/strict";
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { systemClock as clock } from "../src/log/system_clock.ts";
import { verifyLog } from "../src/log/verify.ts";
import { sweepBuilds } from "../src/projection/projection_file.ts";
import { Projector } from "../src/projection/projector.ts";
import { verifyReplay } from "../src/projection/verify_replay.ts";

const ROUNDS = 50;
const COMMAND = ["run", "-A", "--no-check"];
const WINDOW_MS = 20;
/** The killer waits this long after the child has begun, milliseconds. */
const MOST_MS = 250;

/** How far the child's wall clock is ahead of the machine's; each round goes on from the last. */
let offsetMs = 0;

/** What the child's wall clock is stepped by while it works, in turn, in milliseconds. */
const STEPS: readonly (() => number)[] = [
  () => 0,
  () => -10_000,
  () => 600_000,
  () => 0,
  // To just before the next midnight, UTC.
  () => 86_400_000 - ((clock.now() + offsetMs) % 86_400_000) - 30,
];

/** Runs the child and kills it at a random moment of appending, projecting and rebuilding. */
async function killOnce(dataDir: string, round: number): Promise<void> {
  const before = offsetMs;
  offsetMs += STEPS[round % STEPS.length]!();
  const script = new URL("./projection_kill_child.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...COMMAND,
      script,
      dataDir,
      ...[WINDOW_MS, `round${round}`, before, offsetMs].map(String),
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let kill: ReturnType<typeof setTimeout> | undefined;
  for await (const _ of child.stdout) {
    kill ??= setTimeout(() => child.kill("SIGKILL"), Math.random() * MOST_MS);
  }
  clearTimeout(kill);
  assert.equal((await child.status).signal, "SIGKILL", "the child ended by itself");
}

Deno.test(`Projector is what the log makes through ${ROUNDS} kills and stepped clocks, in the middle of rebuilds too`, async () => {
  const dataDir = await Deno.makeTempDir();
  let finals = 0;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await killOnce(dataDir, round);
      using log = await openSqliteEventLog({ path: `${dataDir}/events.db`, clock });
      const projector = await Projector.open({ log, dataDir, windowMs: WINDOW_MS, clock });
      assert.equal(projector.position, log.head().position, `round ${round}`);
      await projector.close();
      assert.equal(verifyLog(log).fault, null, `round ${round}`);
      const report = await verifyReplay({ log, dataDir });
      assert.deepEqual(report.firstDifference, undefined, `round ${round}`);
      assert.equal(report.position, log.head().position);
      assert.ok(report.compared >= finals);
      finals = report.compared;
    }
    sweepBuilds(dataDir, [], Date.now() + 11 * 60_000);
    const builds = [...Deno.readDirSync(dataDir)].filter(({ name }) =>
      /^projection-.*db$/.test(name)
    );
    assert.equal(builds.length, 1, "what the kills left is cleared away");
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
  assert.ok(finals > ROUNDS, `only ${finals} finals`);
});

import assert from "node:assert/strict";
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { fill, SteppedClock } from "../src/projection/testing.ts";
import { runCommand, runSignalled, startServerProcess, withFolder } from "./server_process.ts";

/** To fold so many takes long enough for something to happen meanwhile. */
const EVENTS = 300_000;
const BATCH = 1_000;

/** A folder whose sandbox has a long log and nothing else. */
async function withLongLog(
  work: (env: Record<string, string>, dataDir: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (env, folder) => {
    const dataDir = `${folder}/data/sandbox`;
    Deno.mkdirSync(dataDir, { recursive: true });
    const clock = new SteppedClock(Date.UTC(2020, 0, 1));
    const log = await openSqliteEventLog({ path: `${dataDir}/events.db`, clock });
    for (let made = 0; made < EVENTS; made += BATCH) {
      clock.step(1_000);
      log.append(Array.from({ length: BATCH }, (_, n) => fill(made + n, clock)));
    }
    log.close();
    await work({ ...env, PNL_INTERVAL_MS: "1000" }, dataDir);
  });
}

/** The pointer and the builds of the projection, by name. */
function projectionFiles(dataDir: string): string[] {
  return [...Deno.readDirSync(dataDir)].map(({ name }) => name)
    .filter((name) => /^projection/.test(name) && !/-(wal|shm)$/.test(name)).sort();
}

/** The server folds the long log: it answers and stops meanwhile, and leaves no half build. */
async function serveAndStop(env: Record<string, string>, dataDir: string): Promise<void> {
  const server = await startServerProcess(env);
  const health = await (await fetch(`${server.url}/health`)).json();
  assert.equal(health.projection.status, "rebuilding");
  assert.equal(health.status, "degraded");
  assert.ok(health.projection.position < EVENTS, `${health.projection.position} are folded`);
  const { code, elapsedMs } = await server.end("SIGTERM");
  assert.equal(code, 0, server.output());
  assert.ok(elapsedMs < 5_000, `${elapsedMs} ms`);
  assert.deepEqual(projectionFiles(dataDir), []);
}

Deno.test("a long fold lets requests and signals through: serve, replay, replay --verify", async () => {
  await withLongLog(async (env, dataDir) => {
    await serveAndStop(env, dataDir);
    assert.equal((await runCommand(["replay"], env)).code, 0);
    const files = projectionFiles(dataDir);
    assert.equal(files.length, 2);
    const pointer = Deno.readTextFileSync(`${dataDir}/projection.current`);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      for (const args of [["replay"], ["replay", "--verify"]]) {
        const { code, out, err } = await runSignalled(args, env, signal);
        assert.deepEqual([code, out], [1, ""], `${args.join(" ")}: ${err}`);
        assert.match(err, /Cancelled; nothing was changed/);
        assert.deepEqual(projectionFiles(dataDir), files);
        assert.equal(Deno.readTextFileSync(`${dataDir}/projection.current`), pointer);
      }
    }
  });
});

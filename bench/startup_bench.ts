/** Start-up: from launching the process to the first snapshot served, on a log of 100,000 events. */
import { join } from "node:path";
import { freePort } from "../src/redis/test_port.ts";
import { grantedFlags, launchServer, seedLog } from "./launch.ts";
import { median, report } from "./report.ts";

const RUNS = 5;
const EVENTS = 100_000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

/** Runs the benchmark. */
export async function startupBench(dir: string): Promise<void> {
  console.log("Start-up");
  const data = join(dir, "startup");
  await Deno.mkdir(join(data, "sandbox"), { recursive: true });
  await seedLog(join(data, "sandbox", "events.db"), EVENTS);
  const env = {
    PNL_DATA_DIR: data,
    LOG_DIR: join(dir, "logs"),
    PORT: String(freePort()),
    LOG_LEVEL: "error",
  };
  const granted = await grantedFlags(env);
  const launch = async () => {
    await using server = await launchServer(env, granted);
    // What is folded is kept once all of it is: who is stopped before that begins anew.
    while (!await exists(join(data, "sandbox", "projection.current"))) await sleep(20);
    return server.launchMs;
  };
  const first = await launch();
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await launch());
  report("launch to first snapshot, 100 k events", median(runs), " ms", `median of ${RUNS}`, {
    at: "most",
    value: 500,
  });
  report("the same where the projection is missing", first, " ms", "one run: a full replay first");
}

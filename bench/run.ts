/** `deno task bench`: prints ratios against limits and peers, each measured in the same run. */
import { appendBench } from "./append_bench.ts";
import { dashboardBench } from "./dashboard_bench.ts";
import { edgeBench } from "./edge_bench.ts";
import { fanoutBench } from "./fanout_bench.ts";
import { floodBench } from "./flood_bench.ts";
import { mirrorBench } from "./mirror_bench.ts";
import { memoryBench } from "./memory_bench.ts";
import { missedLimits } from "./report.ts";
import { pushBench } from "./push_bench.ts";
import { readBench } from "./read_bench.ts";
import { replayBench } from "./replay_bench.ts";
import { soak } from "./soak.ts";
import { soakAll } from "./soak_all.ts";
import { stalledBench } from "./stalled_bench.ts";
import { startupBench } from "./startup_bench.ts";

const BENCHES: Record<string, (dir: string) => Promise<void>> = {
  append: (dir) => appendBench(dir, { events: 1_000_000 }),
  replay: replayBench,
  push: pushBench,
  edge: edgeBench,
  fanout: fanoutBench,
  stalled: stalledBench,
  mirror: mirrorBench,
  startup: startupBench,
  memory: memoryBench,
  read: readBench,
};

/** Those that are only run where they are named: they take long, or hold to what only the proxy can. */
const NAMED: typeof BENCHES = {
  soak,
  "soak-all": soakAll,
  dashboard: dashboardBench,
  flood: floodBench,
};

const names = Deno.args.length > 0 ? Deno.args : Object.keys(BENCHES);
const dir = await Deno.makeTempDir({ prefix: "pnl-bench-" });
try {
  for (const name of names) {
    const bench = BENCHES[name] ?? NAMED[name];
    if (bench === undefined) {
      console.error(
        `No benchmark ${name}; there are ${[BENCHES, NAMED].flatMap(Object.keys).join(", ")}`,
      );
      Deno.exit(2);
    }
    await bench(dir);
  }
} finally {
  await Deno.remove(dir, { recursive: true });
}
Deno.exit(missedLimits() === 0 ? 0 : 1);

/**
 * The process that the projection's kill test kills: appends, projects and rebuilds for ever, and says
 * so once it does. Arguments: the data directory, the window length, a name for its events, and how far
 * its wall clock is off the machine's: at the start, and from then on.
 */
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { systemClock } from "../src/log/system_clock.ts";
import { Projector } from "../src/projection/projector.ts";
import { rebuild } from "../src/projection/rebuild.ts";
import { fill } from "../src/projection/testing.ts";

const [dataDir = "", window = "", name = "", atFirst = "0", thenOff = "0"] = Deno.args;
const windowMs = Number(window);
let offsetMs = Number(atFirst);
const clock = { now: () => systemClock.now() + offsetMs, monotonic: systemClock.monotonic };
const log = await openSqliteEventLog({ path: `${dataDir}/events.db`, clock });
const projector = await Projector.open({ log, dataDir, windowMs, clock });
void projector.run(new AbortController().signal);
let made = 0;
setInterval(() => {
  const batch = [];
  for (let at = 0; at < 5; at++) {
    const candidate = fill(made++, clock);
    if (candidate.kind === "fact") batch.push({ ...candidate, id: `${name}-${candidate.id}` });
  }
  log.append(batch);
}, 1);
setTimeout(() => offsetMs = Number(thenOff), 40);
Deno.stdout.writeSync(new TextEncoder().encode("appending\n"));
for (;;) {
  await rebuild({ log, dataDir, windowMs });
  await new Promise((resolve) => setTimeout(resolve, 60));
}

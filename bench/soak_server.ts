/**
 * The server with its log and its projection, for a long run: appends an observation whenever its time has
 * come. Arguments: a folder, milliseconds between two appends. Prints its port.
 */
import { join } from "node:path";
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { systemClock as clock } from "../src/log/system_clock.ts";
import { startPushServer } from "./push_server.ts";

const WINDOW_MS = 5_000;

const [dir = ".", pause = "100"] = Deno.args;
const log = await openSqliteEventLog({ path: join(dir, "events.db"), clock });
const server = await startPushServer(log, dir, WINDOW_MS, new AsyncDisposableStack());
let collected = 0;

/** The snapshot shows the time of the newest observation: clients see how old it is. */
function append(): void {
  log.append([{
    kind: "observation",
    source: "/revenue",
    type: "pnl.revenue.totals.observed.v1",
    subject: "totals",
    time: new Date(clock.now()).toISOString(),
    data: { invoiced: "1000000", collected: String(++collected) },
  }]);
}

append();
console.log(server.port);
// Begins when told so.
await Deno.stdin.readable.getReader().read();
console.log("begun");
const start = performance.now();
for (let count = 1;; count++) {
  // By the clock, not by the timer: a server that is late makes up for it.
  const restMs = start + count * Number(pause) - performance.now();
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, restMs)));
  append();
}

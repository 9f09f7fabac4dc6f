/**
 * The process that the kill test kills: appends batches for ever, and says each position that it was
 * given. Arguments: the log's path, a seed for sizes and names.
 */
import { openSqliteEventLog } from "../src/log/sqlite_event_log.ts";
import { systemClock } from "../src/log/system_clock.ts";
import type { Candidate } from "../src/pnl/event.ts";

const [path = "", seed = "0"] = Deno.args;
const time = new Date(systemClock.now() - 1_000).toISOString();
const encoder = new TextEncoder();

/** Event `at` of a batch of `size`: its id says both, so that a torn batch shows. */
function event(batch: string, at: number, size: number): Candidate {
  const id = `${batch}/${at}/${size}`;
  return {
    kind: "fact",
    source: "/kalshi",
    id,
    type: "pnl.kalshi.fill.recorded.v1",
    subject: `KXKILL-26-${at % 7}`,
    time,
    data: {
      fillId: id,
      subaccount: 0,
      outcomeSide: "yes",
      count: "1.00",
      yesPrice: "0.50",
      fee: "0.00",
      taker: true,
    },
  };
}

const log = await openSqliteEventLog({ path, clock: systemClock });
let state = Number(seed);
for (let batch = 0;; batch++) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  const size = 1 + (state >>> 16) % 120;
  const name = `${seed}-${batch}`;
  const answers = log.append(Array.from({ length: size }, (_, at) => event(name, at, size)));
  Deno.stdout.writeSync(encoder.encode(`${answers.at(-1)?.position}\n`));
}

import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { TestClock, totals } from "./test_server.ts";
import { eventsText } from "./events_text.ts";

/** A clock on which every look takes a second. */
class SlowClock extends TestClock {
  #looks = 0;
  override monotonic(): number {
    return 1_000 * this.#looks++;
  }
}

/** A log of so many observations besides the day's start. */
function logOf(count: number, clock: TestClock): MemoryEventLog {
  const log = new MemoryEventLog({ clock });
  for (let made = 0; made < count; made += 1_000) {
    log.append(Array.from({ length: 1_000 }, (_, at) => totals(`${made + at}`, clock.now())));
  }
  return log;
}

Deno.test("eventsText() gives others their turn between pages", async () => {
  const clock = new SlowClock();
  using log = logOf(3_000, clock);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const text = await new Response(eventsText(log, {}, Infinity, "ndjson", clock)).text();
  clearInterval(timer);
  assert.equal(text.split("\n").length, 3_002);
  assert.ok(turns >= 6, `${turns} turns of others within 12 pages`);
});

Deno.test("eventsText() reads no more when the reader has left, even in the middle of a turn", async () => {
  const clock = new SlowClock();
  using log = logOf(11_000, clock);
  let reads = 0;
  const left = Promise.withResolvers<void>();
  const read = log.read.bind(log);
  log.read = (options) => {
    reads += 1;
    left.resolve(stream.cancel());
    return read(options);
  };
  const stream = eventsText(log, { source: "/kalshi" }, Infinity, "ndjson", clock);
  await left.promise;
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(reads, 1);
});

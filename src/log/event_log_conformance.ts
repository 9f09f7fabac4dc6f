/** The suite that every implementation of the log has to pass. */
import { appendSuite } from "./conformance_append.ts";
import { observationSuite } from "./conformance_observation.ts";
import { readSuite } from "./conformance_read.ts";
import { subscribeSuite } from "./conformance_subscribe.ts";
import { timeSuite } from "./conformance_time.ts";
import type { EventLog } from "./event_log.ts";
import type { Declare } from "./conformance_subject.ts";
import { ManualClock } from "./testing.ts";

/** Registers the suite for one implementation; `open` makes an empty log and cleans up after `use`. */
export function logConformance(
  name: string,
  open: (clock: ManualClock, use: (log: EventLog) => Promise<void>) => Promise<void>,
): void {
  const declare: Declare = (criterion, test) => {
    Deno.test(`${name} ${criterion}`, async () => {
      const clock = new ManualClock();
      await open(clock, async (log) => {
        await test({ log, clock });
      });
    });
  };
  for (const suite of [appendSuite, observationSuite, timeSuite, readSuite, subscribeSuite]) {
    suite(declare);
  }
}

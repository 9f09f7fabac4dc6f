/** What a test of the conformance suite is given. */
import type { EventLog } from "./event_log.ts";
import type { ManualClock } from "./testing.ts";

/** A log under test, with the clock it reads. */
export interface Subject {
  readonly log: EventLog;
  readonly clock: ManualClock;
}

/** Declares one test of the suite. */
export type Declare = (name: string, test: (subject: Subject) => void | Promise<void>) => void;

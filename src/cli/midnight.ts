/** The turn of the UTC day: an event of its own, so that a day without other events begins on time. */
import { getLogger } from "@logtape/logtape";
import type { EventLog } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";

const logger = getLogger(["pnl", "midnight"]);

const DAY_MS = 86_400_000;
/** The wall clock may jump and the machine may sleep, so that it is looked at this often at least. */
const MOST_WAIT_MS = 60_000;
/** The same while the wall clock is not trusted: the day may have to turn as soon as it is. */
const UNTRUSTED_WAIT_MS = 1_000;

/** The UTC day of a time in milliseconds, `YYYY-MM-DD`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The event that says that a UTC day has begun. The log takes it once. */
export function appendDayStarted(log: EventLog, day: string): void {
  log.append([{
    kind: "fact",
    source: "/clock",
    type: "pnl.clock.day-started.v1",
    id: day,
    subject: day,
    time: `${day}T00:00:00.000Z`,
    data: { day },
  }]);
}

/**
 * Appends `clock.day-started` as soon as it is a later UTC day than that of the log's last event: at
 * midnight, and where the server starts after it. An empty log needs none. Returns what ends it.
 *
 * @param isTrusted false while the wall clock may be wrong: a day once begun is never taken back
 */
export function watchMidnight(
  log: EventLog,
  clock: Clock,
  isTrusted: () => boolean = () => true,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    const trusted = isTrusted();
    const now = clock.now();
    const day = dayOf(now);
    try {
      const { recordedTime } = log.head();
      if (trusted && recordedTime !== null && day > recordedTime.slice(0, 10)) {
        appendDayStarted(log, day);
      }
    } catch (error) {
      logger.error("Cannot append the start of {day}", { day, error });
    }
    const toMidnight = DAY_MS - (now % DAY_MS);
    timer = setTimeout(look, Math.min(toMidnight, trusted ? MOST_WAIT_MS : UNTRUSTED_WAIT_MS));
  };
  look();
  return () => clearTimeout(timer);
}

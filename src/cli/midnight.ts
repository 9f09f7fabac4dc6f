/** The turn of the UTC day: an event of its own, so that a day without other events begins on time. */
import { getLogger } from "@logtape/logtape";
import type { EventLog } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";

const logger = getLogger(["pnl", "midnight"]);

const DAY_MS = 86_400_000;
/** The wall clock may jump and the machine may sleep, so that it is looked at this often at least. */
const MOST_WAIT_MS = 60_000;

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
 * Appends `clock.day-started` as each UTC day begins. Returns what ends it.
 *
 * @param isTrusted false while the wall clock may be wrong: a day once begun is never taken back
 */
export function watchMidnight(
  log: EventLog,
  clock: Clock,
  isTrusted: () => boolean = () => true,
): () => void {
  let day = dayOf(clock.now());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = () => {
    const toMidnight = DAY_MS - (clock.now() % DAY_MS);
    timer = setTimeout(look, Math.min(toMidnight, MOST_WAIT_MS));
  };
  const look = () => {
    const today = dayOf(clock.now());
    try {
      if (today > day && isTrusted()) {
        appendDayStarted(log, today);
        day = today;
      }
    } catch (error) {
      logger.error("Cannot append the start of {day}", { day: today, error });
    }
    wait();
  };
  wait();
  return () => clearTimeout(timer);
}

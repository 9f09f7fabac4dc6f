/** What the tests of the log feed it. */
import type { Clock } from "../pnl/clock.ts";
import type { FactCandidate, ObservationCandidate } from "../pnl/event.ts";
import type { EventLog, LogLine } from "./event_log.ts";

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now: number;
  constructor(start = "2026-01-02T12:00:00.000Z") {
    this.#now = Date.parse(start);
  }
  now(): number {
    return this.#now;
  }
  monotonic(): number {
    return this.#now;
  }
  /** Moves the wall clock, either way. */
  step(ms: number): void {
    this.#now += ms;
  }
  set(time: string): void {
    this.#now = Date.parse(time);
  }
  get time(): string {
    return new Date(this.#now).toISOString();
  }
}

/** A fill; `count` is its content. */
export function fill(
  id: string,
  { count = "1.00", subject = "KXTEST-26-A", time = "2026-01-02T11:00:00.000Z" } = {},
): FactCandidate<"pnl.kalshi.fill.recorded.v1"> {
  return {
    kind: "fact",
    source: "/kalshi",
    id,
    type: "pnl.kalshi.fill.recorded.v1",
    subject,
    time,
    data: {
      fillId: id,
      subaccount: 0,
      outcomeSide: "yes",
      count,
      yesPrice: "0.50",
      fee: "0.0175",
      taker: true,
    },
  };
}

/** An observation of the collected total. */
export function totals(
  collected: string,
  options: { readonly atMostEveryMs?: number; readonly withFacts?: boolean } = {},
): ObservationCandidate<"pnl.revenue.totals.observed.v1"> {
  return {
    kind: "observation",
    source: "/revenue",
    type: "pnl.revenue.totals.observed.v1",
    subject: "totals",
    time: "2026-01-02T11:00:00.000Z",
    data: { invoiced: "100.00", collected },
    ...options,
  };
}

/** The start of a UTC day, as the server appends it at midnight. */
export function dayStart(day: string): FactCandidate<"pnl.clock.day-started.v1"> {
  return {
    kind: "fact",
    source: "/clock",
    id: day,
    type: "pnl.clock.day-started.v1",
    subject: day,
    time: `${day}T00:00:00.000Z`,
    data: { day },
  };
}

/** An event as tests look at it. */
export interface ParsedEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly recordedtime: string;
  readonly data: Readonly<Record<string, string>>;
}

/** The event of a line, as plain JSON. */
export function parsed({ line }: LogLine): ParsedEvent {
  return JSON.parse(line);
}

/** All lines of a log. */
export function allLines(log: EventLog): LogLine[] {
  const lines: LogLine[] = [];
  for (let page = log.read({ limit: 1000 }); page.length > 0;) {
    lines.push(...page);
    page = log.read({ after: lines.length, limit: 1000 });
  }
  return lines;
}

/** Runs `work` in a folder of its own, and removes the folder. */
export async function inTempDir(work: (dir: string) => void | Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

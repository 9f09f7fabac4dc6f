/** What the tests of the projection share: a clock that is stepped, events, folders that go away. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { EventLog } from "../log/event_log.ts";
import { openSqliteEventLog, type SqliteEventLog } from "../log/sqlite_event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import type { Candidate } from "../pnl/event.ts";
import type { Frame } from "./frame.ts";
import { readPointer } from "./projection_file.ts";
import { Projector } from "./projector.ts";

/** Half a minute before a UTC midnight, so that histories soon cross it. */
export const EVENING = Date.parse("2026-11-21T23:59:30.000Z");

/** Window length of the tests. */
export const WINDOW_MS = 5000;

/** A wall clock under the test's control; the monotonic clock is the machine's. */
export class SteppedClock implements Clock {
  #now: number;

  constructor(now = EVENING) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return performance.now();
  }

  /** Steps the wall clock, either way. */
  step(ms: number): void {
    this.#now += ms;
  }
}

/** Runs a test in a folder that is removed after. */
export async function inFolder(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "pnl-projection-" });
  try {
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** The log of a data directory. */
export function openLog(dir: string, clock: Clock): Promise<SqliteEventLog> {
  return openSqliteEventLog({ path: join(dir, "events.db"), clock });
}

/** The `n`th fill: buys and sells in turn, over three markets. */
export function fill(n: number, clock: Clock): Candidate {
  return {
    kind: "fact",
    id: `fill-${n}`,
    source: "/kalshi",
    type: "pnl.kalshi.fill.recorded.v1",
    subject: `MARKET-${n % 3}`,
    time: new Date(clock.now()).toISOString(),
    data: {
      fillId: `fill-${n}`,
      subaccount: 0,
      outcomeSide: n % 2 === 0 ? "yes" : "no",
      count: `${1 + n % 7}.00`,
      yesPrice: `0.${10 + n % 80}`,
      fee: "0.0175",
      taker: true,
    },
  };
}

/** Collected and invoiced totals, as the billing service would say them. */
export function totals(collected: number, clock: Clock): Candidate {
  return {
    kind: "observation",
    source: "/revenue",
    type: "pnl.revenue.totals.observed.v1",
    subject: "totals",
    time: new Date(clock.now()).toISOString(),
    data: { invoiced: `${2 * collected}.00`, collected: `${collected}.50` },
  };
}

/** The cost of the clock's UTC day. */
export function cost(amount: number, clock: Clock): Candidate {
  const time = new Date(clock.now()).toISOString();
  const day = time.slice(0, 10);
  return {
    kind: "observation",
    source: "/anthropic",
    type: "pnl.anthropic.cost.observed.v1",
    subject: day,
    time,
    data: { day, amount: `${amount}.123456` },
  };
}

/** A fill that the catalogue allows and the fold cannot take: its count is finer than a hundredth. */
export function unfoldable(n: number, clock: Clock): Candidate {
  const candidate = fill(n, clock);
  if (candidate.type !== "pnl.kalshi.fill.recorded.v1" || candidate.kind !== "fact") {
    throw new TypeError("Cannot spoil what is no fill");
  }
  return { ...candidate, data: { ...candidate.data, count: "1.001" } };
}

/** A step of a random history: the clock moves, then a batch is appended. */
export interface Step {
  readonly stepMs: number;
  readonly kinds: readonly ("fill" | "totals" | "cost" | "unfoldable")[];
}

/** Random histories over several windows, most of them across a UTC midnight. */
export const histories: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    stepMs: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: -4000, max: 20_000 })),
    kinds: fc.array(
      fc.constantFrom("fill", "fill", "fill", "totals", "cost", "unfoldable"),
      { minLength: 1, maxLength: 5 },
    ),
  }),
  { minLength: 1, maxLength: 25 },
);

/** Appends a step; `made` counts the events offered so far. */
export function append(log: EventLog, clock: SteppedClock, step: Step, made: number): void {
  clock.step(step.stepMs);
  const make = { fill, totals, cost, unfoldable };
  log.append(step.kinds.map((kind, index) => make[kind](made + index, clock)));
}

/** A projector that follows its log, and what it told. */
export class Live {
  readonly projector: Projector;
  readonly frames: Frame[] = [];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  private constructor(projector: Projector) {
    this.projector = projector;
    projector.subscribe((frame) => this.frames.push(frame));
    this.#running = projector.run(this.#stop.signal);
  }

  /** Opens the projection of a folder and lets it follow the log. */
  static async start(
    dataDir: string,
    log: EventLog,
    clock: Clock,
    windowMs = WINDOW_MS,
  ): Promise<Live> {
    return new Live(await Projector.open({ log, dataDir, windowMs, clock }));
  }

  /** The finals told so far. */
  get finals(): Frame[] {
    return this.frames.filter((frame) => frame.final);
  }

  /** Waits until a position is folded. */
  async reach(position: number): Promise<void> {
    await reached(this.projector, position);
  }

  /** Stops as a kill does: nothing is checkpointed. The file stays open until {@link close}. */
  async kill(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Stops in good order. */
  async close(): Promise<void> {
    await this.kill();
    await this.projector.close();
  }
}

/** Path of the current build. */
export function currentPath(dataDir: string): string {
  const name = readPointer(dataDir);
  if (name === null) throw new Error(`Cannot find a projection in ${dataDir}`);
  return join(dataDir, name);
}

/** Runs SQL on the current build, as a vandal would. */
export function vandalise(dataDir: string, sql: string): void {
  const db = new DatabaseSync(currentPath(dataDir));
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
}

/** Waits until something holds, at most five seconds unless another time is given. */
export async function until(holds: () => boolean, mostMs = 5000): Promise<void> {
  const deadline = performance.now() + mostMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("Cannot wait any longer");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Waits until a position is folded and stored. */
export async function reached(
  projector: Projector,
  position: number,
  mostMs = 5000,
): Promise<void> {
  await until(
    () => projector.position >= position && projector.state.status === "running",
    mostMs,
  );
}

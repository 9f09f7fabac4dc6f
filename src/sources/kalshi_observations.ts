/** The unit "observations": what the venue says of cash, positions and their worth. */
import { contentDifference } from "../pnl/content.ts";
import type { ObservationCandidate } from "../pnl/event.ts";
import type { Balance, CashBySubaccount, KalshiDeps } from "./kalshi_accounts.ts";
import { BestEffort, gravest } from "./kalshi_best_effort.ts";
import { type Positions, readPositions } from "./kalshi_positions.ts";
import type { Poll, PollContext, UpstreamError } from "./source.ts";

/** The valuation always moves, and the positions are a long list: once a minute is enough of each. */
const SAMPLE_MS = 60_000;
/** A second more than the log's own sampling, or every other valuation would just miss it. */
const VALUE_MS = SAMPLE_MS + 1_000;

/** What was read between the two readings of a round. */
export interface Between {
  readonly facts: boolean;
  readonly transfers: boolean;
}

/** The reading before the facts. Without positions where they were not due. */
interface Reading {
  readonly cash: CashBySubaccount | null;
  readonly positions: ReadonlyMap<number, Positions>;
  readonly failures: readonly UpstreamError[];
}

const NOTHING_READ: Reading = { cash: null, positions: new Map(), failures: [] };

/** How the last poll went, for {@link KalshiObservations.report}. */
interface Outcome {
  readonly failures: readonly UpstreamError[];
  readonly factsRead: boolean;
}

/**
 * Reads before the facts and after them, each reading on its own: one that fails holds back neither the
 * facts nor another reading.
 */
export class KalshiObservations {
  readonly #deps: KalshiDeps;
  #before = NOTHING_READ;
  #outcome: Outcome = { failures: [], factsRead: false };
  /** When a subaccount's positions and worth were last offered; monotonic milliseconds. */
  readonly #positionsAt = new Map<number, number>();
  readonly #valuedAt = new Map<number, number>();

  constructor(deps: KalshiDeps) {
    this.#deps = deps;
  }

  /**
   * The reading before the facts.
   *
   * @throws the signal's reason
   */
  async readBefore(context: PollContext): Promise<void> {
    this.#before = NOTHING_READ;
    const effort = new BestEffort(context);
    const cash = await effort.attempt((asking) => this.#deps.accounts.cash(asking));
    const due = this.#deps.accounts.known.filter((each) =>
      this.#isDue(this.#positionsAt, each, SAMPLE_MS)
    );
    const positions = await this.#positions(effort, due);
    this.#before = { cash, positions, failures: effort.failures };
  }

  /**
   * The readings after the facts, and what follows from both.
   *
   * @throws {UpstreamError} where nothing could be read
   */
  async poll(context: PollContext, between: Between): Promise<Poll> {
    const before = this.#before;
    this.#before = NOTHING_READ;
    const effort = new BestEffort(context);
    const cash = await effort.attempt((asking) => this.#deps.accounts.cash(asking));
    const balances = await this.#balances(effort);
    const positions = await this.#positions(effort, [...before.positions.keys()]);
    const time = new Date(this.#deps.clock.now()).toISOString();
    const events = [
      ...cashEvents(before.cash, cash, between, time),
      ...this.#valuationEvents({ before: before.cash, after: cash, balances }, between, time),
      ...this.#positionEvents(before.positions, positions, between, time),
    ];
    const failures = [...before.failures, ...effort.failures];
    this.#outcome = { failures, factsRead: between.facts };
    if (events.length === 0) return await this.report(context);
    return { events, rejected: [], cursor: "1", backfilled: true };
  }

  /**
   * Fails as a reading of the round failed. The first time, it is the next round that fails: a reading
   * that never works must not hold back that the facts have been read from their beginning.
   *
   * @throws {UpstreamError}
   */
  report({ cursor }: PollContext): Promise<Poll> {
    const { failures, factsRead } = this.#outcome;
    const failure = gravest(failures);
    if (failure !== null && (cursor !== null || !factsRead)) return Promise.reject(failure);
    return Promise.resolve({ events: [], rejected: [], cursor: "1", backfilled: true });
  }

  async #positions(
    effort: BestEffort,
    subaccounts: readonly number[],
  ): Promise<Map<number, Positions>> {
    const read = new Map<number, Positions>();
    for (const subaccount of subaccounts) {
      const positions = await effort.attempt((asking) =>
        readPositions(this.#deps.client, subaccount, asking)
      );
      if (positions !== null) read.set(subaccount, positions);
    }
    return read;
  }

  async #balances(effort: BestEffort): Promise<Map<number, Balance>> {
    const read = new Map<number, Balance>();
    const { accounts } = this.#deps;
    for (const subaccount of accounts.known) {
      if (!this.#isDue(this.#valuedAt, subaccount, VALUE_MS)) continue;
      const balance = await effort.attempt((asking) => accounts.balance(subaccount, asking));
      if (balance !== null) read.set(subaccount, balance);
    }
    return read;
  }

  /** A worth is bracketed where the cash before, after and beside it is one, and all was read between. */
  #valuationEvents(
    { before, after, balances }: {
      readonly before: CashBySubaccount | null;
      readonly after: CashBySubaccount | null;
      readonly balances: ReadonlyMap<number, Balance>;
    },
    between: Between,
    time: string,
  ): ObservationCandidate[] {
    return [...balances].map(([subaccount, { cash, value }]) => {
      this.#valuedAt.set(subaccount, this.#deps.clock.monotonic());
      const bracketed = between.facts && between.transfers &&
        isSameCash(before?.get(subaccount), cash) && isSameCash(after?.get(subaccount), cash);
      return {
        kind: "observation",
        source: "/kalshi",
        type: "pnl.kalshi.portfolio.valued.v1",
        subject: String(subaccount),
        time,
        withFacts: true,
        atMostEveryMs: SAMPLE_MS,
        data: { subaccount, value, bracketed },
      };
    });
  }

  /** Positions serve only to be held against the facts: offered where both readings agree on them. */
  #positionEvents(
    before: ReadonlyMap<number, Positions>,
    after: ReadonlyMap<number, Positions>,
    between: Between,
    time: string,
  ): ObservationCandidate[] {
    const agreed = [...after].filter(([subaccount, positions]) =>
      between.facts && isSame(before.get(subaccount), positions)
    );
    return agreed.map(([subaccount, positions]) => {
      this.#positionsAt.set(subaccount, this.#deps.clock.monotonic());
      return {
        kind: "observation",
        source: "/kalshi",
        type: "pnl.kalshi.positions.observed.v1",
        subject: String(subaccount),
        time,
        withFacts: true,
        data: { subaccount, bracketed: true, positions },
      };
    });
  }

  #isDue(last: ReadonlyMap<number, number>, subaccount: number, everyMs: number): boolean {
    return this.#deps.clock.monotonic() - (last.get(subaccount) ?? -Infinity) >= everyMs;
  }
}

/**
 * Cash is bracketed where both readings agree on every subaccount, for it is held against the facts as a
 * sum, and all that moves cash was read between them.
 */
function cashEvents(
  before: CashBySubaccount | null,
  after: CashBySubaccount | null,
  between: Between,
  time: string,
): ObservationCandidate[] {
  const agrees = before !== null && after !== null && isSame([...before], [...after]);
  const bracketed = agrees && between.facts && between.transfers;
  return [...after ?? []].map(([subaccount, cash]) => ({
    kind: "observation",
    source: "/kalshi",
    type: "pnl.kalshi.cash.observed.v1",
    subject: String(subaccount),
    time,
    withFacts: true,
    data: { subaccount, cash, bracketed },
  }));
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Two endpoints may write one amount differently. */
function isSameCash(a: string | undefined, b: string): boolean {
  return a !== undefined &&
    contentDifference("pnl.kalshi.cash.observed.v1", { cash: a }, { cash: b }).length === 0;
}

/**
 * The amounts that periods are made of: Kalshi's P&L by the time of the fact, collected revenue by the
 * time of the observation that showed it, costs by UTC day; and the instant since which all of them are
 * known, before which a period does not begin.
 */
import { type PeriodName, startOfDay, startOfPeriod } from "./day.ts";
import { minus, type Money, plus, ZERO } from "./money.ts";
import { Tally, type TallyState } from "./tally.ts";

/**
 * How many of the newest facts are kept while the first totals of the billing service are awaited. The
 * instant of those totals is the only one inside a day, and what was folded shortly before them may
 * have happened shortly after.
 */
const RECENT = 256;

type TimedTally = "kalshi" | "revenue" | "adjustments";

/** Revenue and expenses of one period over the same span; null until every bound component is known. */
export interface SpanFigures {
  readonly since: string;
  readonly kalshi: Money;
  readonly collected: Money;
  /** `costs` + `costAdjustments` */
  readonly expenses: Money;
  readonly costs: Money;
  /** Corrections of the costs. */
  readonly costAdjustments: Money;
}

/** State as plain JSON, for the checkpoint. */
export interface SpansState {
  readonly tallies: readonly TallyState[];
  readonly since: string;
  readonly known: boolean;
  readonly recent: readonly (readonly [TimedTally, string, string])[] | null;
}

/** The tallies of the ledger. */
export class Spans {
  #kalshi = new Tally();
  #revenue = new Tally();
  /** Corrections of Anthropic's costs. */
  #adjustments = new Tally();
  #costs = new Tally();
  #since = "";
  #known = true;
  /** Newest amounts with their times; null once no instant inside a day can come any more. */
  #recent: [TimedTally, string, Money][] | null = [];

  /** Kalshi's P&L of a fact, or a correction of it. */
  addKalshi(time: string, amount: Money): void {
    this.#kalshi.add(time, amount, time >= this.#since);
    if (this.#recent !== null) this.#remember("kalshi", time, amount);
  }

  /** Growth of what was collected, or a correction of it. */
  addRevenue(time: string, amount: Money): void {
    this.#revenue.add(time, amount, time >= this.#since);
    if (this.#recent !== null) this.#remember("revenue", time, amount);
  }

  /** A correction of Anthropic's costs. */
  addCostAdjustment(time: string, amount: Money): void {
    this.#adjustments.add(time, amount, time >= this.#since);
    if (this.#recent !== null) this.#remember("adjustments", time, amount);
  }

  /**
   * The cost of a day, in place of what was observed of it before. Of the day inside which the span
   * begins only the growth counts, from what was observed of it first or when the span began.
   */
  setCost(day: string, amount: Money): void {
    const observed = this.#costs.has(day);
    const growth = observed ? minus(amount, this.#costs.sum("day", day)) : amount;
    const start = startOfDay(day);
    const counts = start >= this.#since || (this.#since.startsWith(day) && observed);
    this.#costs.add(day, growth, counts);
  }

  /** Cost observed of a day, without corrections; null where none was observed. */
  costOfDay(day: string): Money | null {
    return this.#costs.has(day) ? this.#costs.sum("day", day) : null;
  }

  /** Cost observed of the month of a day, without corrections; null where none was observed. */
  costOfMonth(day: string): Money | null {
    return this.#costs.hasMonth(day) ? this.#costs.sum("month", day) : null;
  }

  /** Each observed day of the month of a day with its cost, in order. */
  costsOfMonth(day: string): readonly (readonly [string, Money])[] {
    return this.#costs.daysOfMonth(day);
  }

  /** Corrections of the costs of a day. */
  costAdjustmentsOfDay(day: string): Money {
    return this.#adjustments.sum("day", day);
  }

  /**
   * Says since when everything is known.
   *
   * @param since the latest instant since which a component is known
   * @param known whether that holds for every bound component
   * @param settled no instant inside a day can come any more
   */
  start(since: string, known: boolean, settled: boolean): void {
    this.#known = known;
    if (since !== this.#since) {
      this.#since = since;
      this.#kalshi.startSpan(since, this.#sinceWithin("kalshi", this.#kalshi));
      this.#revenue.startSpan(since, this.#sinceWithin("revenue", this.#revenue));
      this.#adjustments.startSpan(since, this.#sinceWithin("adjustments", this.#adjustments));
      this.#costs.startSpan(since, this.#startsDay() ? this.#ofSinceDay(this.#costs) : ZERO);
    }
    if (settled) this.#recent = null;
  }

  /** The figures of the calendar period that `day` lies in; null until every component is known. */
  figures(period: PeriodName, day: string): SpanFigures | null {
    if (!this.#known) return null;
    const start = startOfPeriod(period, day);
    const costs = this.#costs.sumSince(period, day);
    const costAdjustments = this.#adjustments.sumSince(period, day);
    return {
      since: this.#since > start ? this.#since : start,
      kalshi: this.#kalshi.sumSince(period, day),
      collected: this.#revenue.sumSince(period, day),
      expenses: plus(costs, costAdjustments),
      costs,
      costAdjustments,
    };
  }

  /** Its state as plain JSON. */
  state(): SpansState {
    return {
      tallies: [this.#kalshi, this.#revenue, this.#adjustments, this.#costs].map((t) => t.state()),
      since: this.#since,
      known: this.#known,
      recent:
        this.#recent?.map(([tally, time, amount]) => [tally, time, amount.toString()] as const) ??
          null,
    };
  }

  /** Spans in a state that {@link state} gave. */
  static of(state: SpansState): Spans {
    const spans = new Spans();
    const [kalshi, revenue, adjustments, costs] = state.tallies.map((tally) => Tally.of(tally));
    spans.#kalshi = kalshi!;
    spans.#revenue = revenue!;
    spans.#adjustments = adjustments!;
    spans.#costs = costs!;
    spans.#since = state.since;
    spans.#known = state.known;
    spans.#recent =
      state.recent?.map(([tally, time, amount]) => [tally, time, BigInt(amount) as Money]) ?? null;
    return spans;
  }

  #remember(tally: TimedTally, time: string, amount: Money): void {
    const recent = this.#recent!;
    if (recent.length >= 2 * RECENT) recent.splice(0, RECENT);
    recent.push([tally, time, amount]);
  }

  #startsDay(): boolean {
    return this.#since === "" || this.#since === startOfDay(this.#since.slice(0, 10));
  }

  #ofSinceDay(tally: Tally): Money {
    return tally.sum("day", this.#since.slice(0, 10));
  }

  #sinceWithin(name: TimedTally, tally: Tally): Money {
    if (this.#startsDay()) return this.#ofSinceDay(tally);
    const day = this.#since.slice(0, 10);
    let sum = ZERO;
    for (const [of, time, amount] of this.#recent ?? []) {
      if (of === name && time >= this.#since && time.startsWith(day)) sum = plus(sum, amount);
    }
    return sum;
  }
}

/**
 * Amounts by the UTC calendar, and since one instant: what a period's figures are read from in O(1).
 *
 * A tally knows sums by day, month and year, and of all. Beside them it keeps the *span*: sums of what
 * counts since one instant, in the day, month and year that hold the instant and in all, because a
 * period that began before everything was known begins at that instant.
 */
import { inPeriod, monthOf, type PeriodName, startOfPeriod, yearOf } from "./day.ts";
import { type Money, plus, ZERO } from "./money.ts";

/** Sums since an instant, in the calendar periods that hold it. */
interface Span {
  /** UTC time, or the empty text for the beginning of time. */
  since: string;
  day: Money;
  month: Money;
  year: Money;
  all: Money;
}

/** A tally's state as plain JSON, for the checkpoint. */
export interface TallyState {
  readonly days: readonly (readonly [string, string])[];
  readonly span: readonly [string, string, string, string, string];
}

/** Sums of amounts by UTC day, month, year and of all, and since an instant. */
export class Tally {
  readonly #days = new Map<string, Money>();
  readonly #months = new Map<string, Money>();
  readonly #years = new Map<string, Money>();
  #all: Money = ZERO;
  #span: Span = { since: "", day: ZERO, month: ZERO, year: ZERO, all: ZERO };
  // Facts come in runs of one day: their sum waits here, so that a fact costs one addition.
  #openDay = "";
  #openCounts = false;
  #open: Money = ZERO;

  /**
   * Adds an amount.
   *
   * @param day UTC day, or a time of it
   * @param counts whether it belongs to the span
   */
  add(day: string, amount: Money, counts: boolean): void {
    if (this.#openDay === "" || counts !== this.#openCounts || !day.startsWith(this.#openDay)) {
      this.#settle();
      this.#openDay = day.slice(0, 10);
      this.#openCounts = counts;
    }
    this.#open = plus(this.#open, amount);
  }

  /** Whether anything was ever added to a day. */
  has(day: string): boolean {
    this.#settle();
    return this.#days.has(day);
  }

  /** Whether anything was ever added to the month of a day. */
  hasMonth(day: string): boolean {
    this.#settle();
    return this.#months.has(monthOf(day));
  }

  /** The sum of the calendar period that `day` lies in, whenever it became known. */
  sum(period: PeriodName, day: string): Money {
    this.#settle();
    switch (period) {
      case "day":
        return this.#days.get(day) ?? ZERO;
      case "month":
        return this.#months.get(monthOf(day)) ?? ZERO;
      case "year":
        return this.#years.get(yearOf(day)) ?? ZERO;
      case "all":
        return this.#all;
    }
  }

  /** The sum since the instant of the span, within the calendar period that `day` lies in. */
  sumSince(period: PeriodName, day: string): Money {
    const since = this.#span.since;
    if (since <= startOfPeriod(period, day)) return this.sum(period, day);
    this.#settle();
    if (inPeriod(period, day, since)) return this.#span[period];
    return ZERO;
  }

  /** Each day of the month of `day` with its sum, in order. */
  daysOfMonth(day: string): readonly (readonly [string, Money])[] {
    this.#settle();
    return [...this.#days].filter(([key]) => inPeriod("month", day, key)).sort(byDay);
  }

  /**
   * Starts the span at another instant.
   *
   * @param since UTC time; the empty text for the beginning of time
   * @param ofItsDay what of its own UTC day counts
   */
  startSpan(since: string, ofItsDay: Money): void {
    this.#settle();
    const sinceDay = since.slice(0, 10);
    const span: Span = { since, day: ofItsDay, month: ofItsDay, year: ofItsDay, all: ofItsDay };
    for (const [day, amount] of this.#days) {
      if (day <= sinceDay) continue;
      if (inPeriod("month", since, day)) span.month = plus(span.month, amount);
      if (inPeriod("year", since, day)) span.year = plus(span.year, amount);
      span.all = plus(span.all, amount);
    }
    this.#span = span;
  }

  /** Its state as plain JSON. */
  state(): TallyState {
    this.#settle();
    const { since, day, month, year, all } = this.#span;
    return {
      days: [...this.#days].sort(byDay).map(([key, amount]) => [key, amount.toString()] as const),
      span: [since, day.toString(), month.toString(), year.toString(), all.toString()],
    };
  }

  /** A tally in a state that {@link state} gave. */
  static of(state: TallyState): Tally {
    const tally = new Tally();
    for (const [day, amount] of state.days) tally.#book(day, BigInt(amount) as Money);
    const [since, ...sums] = state.span;
    const [day, month, year, all] = sums.map((sum) => BigInt(sum) as Money);
    tally.#span = { since, day: day!, month: month!, year: year!, all: all! };
    return tally;
  }

  #settle(): void {
    if (this.#openDay === "") return;
    const day = this.#openDay;
    const amount = this.#open;
    this.#book(day, amount);
    if (this.#openCounts) this.#bookSpan(day, amount);
    this.#openDay = "";
    this.#open = ZERO;
  }

  #book(day: string, amount: Money): void {
    const month = monthOf(day);
    const year = yearOf(day);
    this.#days.set(day, plus(this.#days.get(day) ?? ZERO, amount));
    this.#months.set(month, plus(this.#months.get(month) ?? ZERO, amount));
    this.#years.set(year, plus(this.#years.get(year) ?? ZERO, amount));
    this.#all = plus(this.#all, amount);
  }

  #bookSpan(day: string, amount: Money): void {
    const span = this.#span;
    if (inPeriod("day", span.since, day)) span.day = plus(span.day, amount);
    if (inPeriod("month", span.since, day)) span.month = plus(span.month, amount);
    if (inPeriod("year", span.since, day)) span.year = plus(span.year, amount);
    span.all = plus(span.all, amount);
  }
}

function byDay(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}

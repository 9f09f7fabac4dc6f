/**
 * The journal: what each event of the log moves, as entries of double-entry bookkeeping.
 *
 * Nothing is computed a second time: an event is folded by {@link evolve}, and its entry is by how much
 * the fold's own sums changed. So the accounts' balances are the snapshot's figures at that position.
 */
import { type Account, ACCOUNTS, type Balances, balancesOf, type KeptSums } from "./accounts.ts";
import { dayOf } from "./day.ts";
import type { RecordedEvent } from "./event.ts";
import { type JournalTag, journalWords } from "./journal_words.ts";
import { emptyLedger, evolve, type Ledger } from "./ledger.ts";
import { minus, type Money, plus, ZERO } from "./money.ts";
import { upcast } from "./upcast.ts";

/** What an event moves. */
export interface Entry {
  /** UTC day of the fact, or the one that a cost is of. */
  readonly date: string;
  readonly position: number;
  /** What happened, in a line. */
  readonly title: string;
  /** What else is known of it, by name. */
  readonly tags: readonly JournalTag[];
  /** The accounts that change, and by how much; adds up to zero. */
  readonly postings: readonly (readonly [Account, Money])[];
}

/** What is to be said of an event that moves nothing. */
export interface Remark {
  readonly position: number;
  readonly remark: string;
}

/** Books the events of a log, in order from the first one on. */
export class Journal {
  readonly #ledger: Ledger = emptyLedger();
  #kept: KeptSums = { costs: ZERO, opening: ZERO };
  #balances: Balances = balancesOf(this.#ledger, this.#kept);
  #lastDate = "";

  /** The balances after the last event. */
  get balances(): Balances {
    return this.#balances;
  }

  /** The newest date of an entry; empty before the first. */
  get lastDate(): string {
    return this.#lastDate;
  }

  /**
   * Books the event at the next position.
   *
   * @param raw its line as parsed, of any version
   * @returns what it moves; a remark where it could not be folded, or binds a source; null where it
   * moves nothing
   * @throws {LedgerFaultError} where the fold's own sums contradict each other
   */
  book(raw: unknown, position: number): Entry | Remark | null {
    let event: RecordedEvent;
    try {
      event = upcast(raw);
      this.#kept = this.#fold(event, position);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { position, remark: `Nothing is booked. ${reason}` };
    }
    const before = this.#balances;
    this.#balances = balancesOf(this.#ledger, this.#kept);
    const postings = ACCOUNTS.flatMap((account) => {
      const amount = minus(this.#balances[account], before[account]);
      return amount === ZERO ? [] : [[account, amount] as const];
    });
    const { title, tags } = journalWords(event);
    if (postings.length === 0) {
      return event.type === "pnl.source.bound.v1" ? { position, remark: title } : null;
    }
    const date = dateOf(event);
    if (date > this.#lastDate) this.#lastDate = date;
    return { date, position, title, tags, postings };
  }

  #fold(event: RecordedEvent, position: number): KeptSums {
    const { revenue } = this.#ledger;
    const cost = this.#costOf(event);
    evolve(this.#ledger, event, position);
    const opening = revenue === null ? this.#ledger.revenue?.collected : undefined;
    return {
      costs: plus(this.#kept.costs, minus(this.#costOf(event), cost)),
      opening: opening ?? this.#kept.opening,
    };
  }

  /** What is known of the cost of the day that an event is about. */
  #costOf(event: RecordedEvent): Money {
    if (event.type !== "pnl.anthropic.cost.observed.v1") return ZERO;
    return this.#ledger.spans.costOfDay(event.data.day) ?? ZERO;
  }
}

/** A cost belongs to the day that it is of, everything else to that on which it happened. */
function dateOf(event: RecordedEvent): string {
  return event.type === "pnl.anthropic.cost.observed.v1" ? event.data.day : dayOf(event.time);
}

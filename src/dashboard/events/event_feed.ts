/** The list of events with its live tail: what is shown, what waits to be shown, and how the line is. */
import type { RecordedEvent } from "../../pnl/event.ts";
import { type Ask, EventList } from "./event_list.ts";
import { EventTail, isLasting, type TailOptions, type TailStatus } from "./event_tail.ts";
import { type Filter, isWithin, positionBounds, queryOf, readTime } from "./filter.ts";
import type { ListState } from "./list_state.ts";
import { Waiting } from "./waiting.ts";

/** At most four times a second something new is drawn. */
const PAINT_MS = 250;
/** A list that could not be read is read again after this long, milliseconds. */
const AGAIN_MS = 3_000;

/** What a view shows. */
export interface FeedState {
  readonly list: ListState;
  /** Events that have come and are not in the list. */
  readonly waiting: number;
  /** `off`: nothing more can come, for the filter ends in the past. */
  readonly tail: TailStatus | "off";
  /** Events after this position came after the list was read. */
  readonly fresh: number;
}

/** What a feed works with. */
export interface FeedOptions {
  readonly filter: Filter;
  readonly ask: Ask;
  readonly open: TailOptions["ask"];
  /** Default 250. */
  readonly paintMs?: number;
  /** Default 3,000. */
  readonly againMs?: number;
}

/** The events that a filter lets through, as they are and as they come. */
export class EventFeed {
  readonly #options: FeedOptions;
  readonly #list: EventList;
  readonly #waiting = new Waiting<RecordedEvent>();
  readonly #listeners = new Set<() => void>();
  #state: FeedState;
  #tail: EventTail | null = null;
  /** The newest position that is known to have been looked at. */
  #seen = 0;
  #held = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#list = new EventList(options.filter, options.ask);
    this.#state = { list: this.#list.state(), waiting: 0, tail: "connecting", fresh: Infinity };
    this.#list.subscribe(() => this.#change({ list: this.#list.state() }));
  }

  /** What is shown now; another object whenever it changes. */
  readonly state = (): FeedState => this.#state;

  /** Calls a listener after each change; what it returns ends that. */
  readonly subscribe = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /**
   * Reads the newest events and follows the log from there.
   *
   * @param head a position that the log has for sure: before it the tail need not look
   */
  async start(head: number): Promise<void> {
    this.stop();
    this.#waiting.take();
    this.#change({ waiting: 0, fresh: Infinity });
    const reason = await this.#list.reload();
    if (reason !== null) return this.#failed(reason, head);
    if (this.#list.state().phase === "first") return;
    this.#seen = Math.max(head, this.#list.newest);
    this.#change({ fresh: this.#seen });
    this.wake();
  }

  #failed(reason: Error, head: number): void {
    if (isLasting(reason)) return this.#change({ tail: "refused" });
    this.#change({ tail: "broken" });
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.start(head), this.#options.againMs ?? AGAIN_MS);
  }

  /** Reads older events. */
  readonly older = (): void => void this.#list.older();

  /** Rows in view, as {@link EventList.look} takes them. */
  readonly look = (from: number, to: number): void => this.#list.look(from, to);

  /** While held nothing moves: what comes is counted. */
  hold(held: boolean): void {
    this.#held = held;
    if (!held) this.#paint();
  }

  /** Follows the log from where it was left; does nothing before the list was read. */
  wake(): void {
    const { phase, error, total } = this.#list.state();
    if (this.#tail !== null || phase === "first") return;
    if (error !== null && total === 0) {
      if (!isLasting(error)) void this.start(this.#seen);
      return;
    }
    const { filter, open } = this.#options;
    const end = readTime(filter.recordedTo ?? "");
    const isOver = end !== null && end <= new Date().toISOString();
    if (isOver || positionBounds(filter)[1] <= this.#seen + 1) return this.#change({ tail: "off" });
    const tail: EventTail = new EventTail({
      query: queryOf(filter, {}, ["source", "type", "subject"]),
      after: this.#seen,
      ask: open,
      sink: {
        event: (event) => this.#take(event),
        status: (status) => this.#change({ tail: status }),
        reset: () => void this.start(0),
      },
    });
    this.#tail = tail;
    void tail.start();
  }

  /** Follows the log no more, as for a page that nobody sees; what is shown stays. */
  sleep(): void {
    this.#tail?.stop();
    this.#tail = null;
    clearTimeout(this.#again);
  }

  /** Ends all that is under way. */
  stop(): void {
    this.sleep();
    this.#list.close();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #take(event: RecordedEvent): void {
    this.#seen = Math.max(this.#seen, Number(event.sequence));
    if (!isWithin(this.#options.filter, event)) return;
    this.#waiting.add(event);
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#paint();
    }, this.#options.paintMs ?? PAINT_MS);
  }

  /** Shows what waits, or how much waits. */
  #paint(): void {
    if (this.#held) return this.#change({ waiting: this.#waiting.count });
    if (this.#waiting.count === 0) return this.#change({ waiting: 0 });
    const events = this.#waiting.take();
    if (events === null) return void this.start(this.#seen);
    this.#change({ waiting: 0, fresh: this.#list.newest });
    this.#list.prepend(events);
  }

  #change(change: Partial<FeedState>): void {
    const next = { ...this.#state, ...change };
    const names = Object.keys(change) as (keyof FeedState)[];
    if (names.every((name) => this.#state[name] === next[name])) return;
    this.#state = next;
    for (const listener of [...this.#listeners]) listener();
  }
}

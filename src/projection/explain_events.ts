/** Finds the events behind the numbers of an explanation. */
import { MAX_AHEAD_MS } from "../log/candidate.ts";
import type { EventLog, Extent, ReadOptions } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import type { EventsBehind, ExplainedNode } from "../pnl/explain_node.ts";
import { yieldTurn } from "./catch_up.ts";

/** Positions named of one number at most. */
const MAX_POSITIONS = 100;
/** Positions of the log that one step looks at: where each event is looked at, and where an index is. */
const SCANNED = 10_000;
const INDEXED = 200_000;
/** Lines read at a time, where what counts stands in them. */
const PAGE = 500;

/** Events behind a number. */
export interface EventsFound {
  readonly count: number;
  /** Positions of the first and the last; 0 where there is none. */
  readonly first: number;
  readonly last: number;
  /** A query of `/api/events` that shows them, some others too where a note says so. */
  readonly query: string;
  /** The newest, in order. */
  readonly positions: readonly number[];
}

/** A number of an explanation, with the events behind it. */
export interface Explained extends Omit<ExplainedNode, "inputs" | "events"> {
  readonly inputs: readonly Explained[];
  readonly events: EventsFound | null;
}

/** Finds the events of one explanation; the same filter is looked for once. */
export class EventsOf {
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #to: number;
  readonly #signal: AbortSignal;
  readonly #found = new Map<string, EventsFound>();
  #turn: number;

  /** @param to only events up to and with this position */
  constructor(log: EventLog, clock: Clock, to: number, signal: AbortSignal) {
    this.#log = log;
    this.#clock = clock;
    this.#to = to;
    this.#signal = signal;
    this.#turn = clock.monotonic();
  }

  /**
   * A number and all below it, with their events.
   *
   * @throws the signal's reason
   */
  async find(node: ExplainedNode): Promise<Explained> {
    const inputs: Explained[] = [];
    for (const input of node.inputs) inputs.push(await this.find(input));
    const events = node.events === null ? null : await this.#eventsOf(node.events);
    const note = node.note ?? (node.events?.component === undefined ? null : ALL_CORRECTIONS);
    return { ...node, note, inputs, events };
  }

  async #eventsOf(behind: EventsBehind): Promise<EventsFound> {
    const key = JSON.stringify(behind);
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const { position } = behind;
    const extent = position === undefined
      ? await this.#extent(behind)
      : { count: 1, first: position, last: position, positions: [position] };
    const found = { ...extent, query: queryOf(behind, this.#to) };
    this.#found.set(key, found);
    return found;
  }

  #extent(behind: EventsBehind): Promise<Extent> {
    const limit = behind.most ?? MAX_POSITIONS;
    const filter = filterOf(behind);
    const { component } = behind;
    if (component !== undefined) {
      return this.#steps(PAGE, limit, filter, (range) => this.#corrected(range, component));
    }
    const scans = filter.timeFrom !== undefined || filter.timeTo !== undefined;
    // A subject alone stands apart from the positions in its index: a step would look at all of it.
    const step = scans ? SCANNED : filter.subject === undefined ? INDEXED : this.#to;
    return this.#steps(step, limit, filter, (range) => this.#log.extent({ ...range, limit }));
  }

  /** Corrections are few, and of which component they are stands in their lines alone. */
  #corrected(range: ReadOptions, component: string): Extent {
    const lines = this.#log.read({ ...range, limit: PAGE });
    const positions = lines.filter(({ line }) => {
      const { data }: { data: { component: string } } = JSON.parse(line);
      return data.component === component;
    }).map(({ position }) => position);
    const [first = 0, last = 0] = [positions[0], positions.at(-1)];
    return { count: positions.length, first, last, positions };
  }

  async #steps(
    step: number,
    limit: number,
    filter: ReadOptions,
    look: (range: ReadOptions) => Extent,
  ): Promise<Extent> {
    let sum: Extent = { count: 0, first: 0, last: 0, positions: [] };
    for (let after = 0; after < this.#to; after += step) {
      this.#signal.throwIfAborted();
      const found = look({ ...filter, after, to: Math.min(after + step, this.#to) });
      sum = joined(sum, found, limit);
      this.#turn = await yieldTurn(this.#clock, this.#turn);
    }
    return sum;
  }
}

const ALL_CORRECTIONS = "The query shows the corrections of all components.";

function joined(a: Extent, b: Extent, limit: number): Extent {
  if (b.count === 0) return a;
  return {
    count: a.count + b.count,
    first: a.count === 0 ? b.first : a.first,
    last: b.last,
    positions: [...a.positions, ...b.positions].slice(-limit),
  };
}

/** No event is recorded longer before it happened than the log allows, which spares looking at those before. */
function filterOf({ type, subject, from, to }: EventsBehind): ReadOptions {
  return {
    ...(type === undefined ? {} : { type }),
    ...(subject === undefined ? {} : { subject }),
    ...(to === undefined ? {} : { timeTo: to }),
    ...(from === undefined ? {} : {
      timeFrom: from,
      recordedFrom: new Date(Date.parse(from) - MAX_AHEAD_MS).toISOString(),
    }),
  };
}

function queryOf({ type, subject, from, to, position }: EventsBehind, end: number): string {
  const parameters = position === undefined
    ? { type, subject, from, to, before: String(end + 1) }
    : { after: String(position - 1), before: String(position + 1) };
  const given = Object.entries(parameters).filter((each): each is [string, string] =>
    each[1] !== undefined
  );
  return new URLSearchParams(given).toString();
}

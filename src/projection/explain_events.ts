/** Finds the events behind the numbers of an explanation. */
import { MAX_AHEAD_MS } from "../log/candidate.ts";
import type { EventLog, Extent, ReadOptions } from "../log/event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import type { EventsBehind, ExplainedNode } from "../pnl/explain_node.ts";
import { yieldTurn } from "./catch_up.ts";

/** Positions named of one number at most. */
const MAX_POSITIONS = 100;
/** Positions of the log that one step goes over. */
const STEP = 5_000;
/** Lines read at a time, where what counts stands in them. */
const PAGE = 500;
/** Others may have their turn after so long, milliseconds. */
const TURN_MS = 4;

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

  async #extent(behind: EventsBehind): Promise<Extent> {
    const limit = behind.most ?? MAX_POSITIONS;
    const filter = filterOf(behind);
    if (behind.component !== undefined) {
      return await this.#corrections(behind, limit);
    }
    // A subject alone stands apart from the positions in its index: a step would look at all of it.
    const step = filter.subject === undefined ? STEP : this.#to;
    let sum = NONE;
    for (let after = this.#startOf(filter); after < this.#to; after += step) {
      const to = Math.min(after + step, this.#to);
      sum = joined(sum, this.#log.extent({ ...filter, after, to, limit }), limit);
      await this.#yield();
    }
    return sum;
  }

  /** Corrections are few, and of which component they are stands in their lines alone. */
  async #corrections({ component, ...behind }: EventsBehind, limit: number): Promise<Extent> {
    const { timeFrom = "", timeTo = "~", ...filter } = filterOf(behind);
    let sum = NONE;
    for (let after = 0; after < this.#to;) {
      const lines = this.#log.read({ ...filter, after, to: this.#to, limit: PAGE });
      const positions = lines.filter(({ line }) => {
        const { data, time }: Correction = JSON.parse(line);
        return data.component === component && time >= timeFrom && time < timeTo;
      }).map(({ position }) => position);
      const [first = 0, last = 0] = [positions[0], positions.at(-1)];
      sum = joined(sum, { count: positions.length, first, last, positions }, limit);
      after = lines.length < PAGE ? this.#to : lines.at(-1)?.position ?? this.#to;
      await this.#yield();
    }
    return sum;
  }

  /** No event is recorded longer before it happened than the log allows: those before need no look. */
  #startOf({ timeFrom }: ReadOptions): number {
    if (timeFrom === undefined) return 0;
    const recordedFrom = new Date(Date.parse(timeFrom) - MAX_AHEAD_MS).toISOString();
    const [first] = this.#log.read({ recordedFrom, limit: 1 });
    return first === undefined ? this.#to : first.position - 1;
  }

  /** @throws the signal's reason */
  async #yield(): Promise<void> {
    this.#signal.throwIfAborted();
    this.#turn = await yieldTurn(this.#clock, this.#turn, TURN_MS);
  }
}

/** What a correction's line says of it. */
interface Correction {
  readonly time: string;
  readonly data: { readonly component: string };
}

const NONE: Extent = { count: 0, first: 0, last: 0, positions: [] };

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

function filterOf({ type, subject, from, to }: EventsBehind): ReadOptions {
  return {
    ...(type === undefined ? {} : { type }),
    ...(subject === undefined ? {} : { subject }),
    ...(from === undefined ? {} : { timeFrom: from }),
    ...(to === undefined ? {} : { timeTo: to }),
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

/** The log in memory: for tests, and as the measure of what a log does. */
import type { Clock } from "../pnl/clock.ts";
import type { Candidate, EventSource } from "../pnl/event.ts";
import { planAppend } from "./append_plan.ts";
import { checkBatch, recordedTimeOf } from "./candidate.ts";
import { CompactRange } from "./compact_range.ts";
import {
  type Appended,
  type EventCount,
  type EventLog,
  type Extent,
  type Lineage,
  LogFailedError,
  type LogHead,
  type LogLine,
  type ReadOptions,
  type SubscribeOptions,
} from "./event_log.ts";
import type { NewEvent } from "./event_line.ts";
import { type HexHash, leafHash, merkleRoot } from "./merkle.ts";
import { containsLineage } from "./lineage.ts";
import { readBounds } from "./read_options.ts";
import { subscribeTo, Wakeup } from "./subscription.ts";

/** Options of {@link MemoryEventLog}. */
export interface MemoryEventLogOptions {
  readonly clock: Clock;
  /** The log's id; random by default. */
  readonly id?: string;
}

function matches(event: NewEvent, options: ReadOptions): boolean {
  const { source, type, subject, timeFrom, timeTo, recordedFrom, recordedTo } = options;
  return (source === undefined || event.source === source) &&
    (type === undefined || event.type === type) &&
    (subject === undefined || event.subject === subject) &&
    (timeFrom === undefined || event.time >= timeFrom) &&
    (timeTo === undefined || event.time < timeTo) &&
    (recordedFrom === undefined || event.recordedTime >= recordedFrom) &&
    (recordedTo === undefined || event.recordedTime < recordedTo);
}

/** The log in memory. Reads go through all events: it is for small logs. */
export class MemoryEventLog implements EventLog, Disposable {
  readonly id: string;
  readonly #clock: Clock;
  readonly #events: NewEvent[] = [];
  readonly #leaves: HexHash[] = [];
  readonly #range = CompactRange.empty();
  readonly #appended = new Wakeup();
  #isClosed = false;

  constructor({ clock, id = crypto.randomUUID() }: MemoryEventLogOptions) {
    this.#clock = clock;
    this.id = id;
  }

  head(): LogHead {
    this.#assertOpen();
    return {
      position: this.#events.length,
      recordedTime: this.#events.at(-1)?.recordedTime ?? null,
      root: this.#range.root(),
    };
  }

  append(batch: readonly Candidate[]): Appended[] {
    this.#assertOpen();
    if (batch.length === 0) return [];
    const now = this.#clock.now();
    const checked = checkBatch(batch, now);
    const last = this.#events.at(-1)?.recordedTime ?? null;
    const plan = planAppend(checked, recordedTimeOf(now, last), {
      position: this.#events.length,
      recordedTime: last,
      find: (source, ids) => this.#find(source, new Set(ids)),
      lastOfTypes: (types) =>
        this.#events.findLast(({ type }) => types.includes(type))?.position ?? 0,
      last: (source, type, subject) =>
        this.#events.findLast((event) =>
          event.source === source && event.type === type && event.subject === subject
        ) ?? null,
    });
    for (const event of plan.events) {
      const leaf = leafHash(event.line);
      this.#events.push(event);
      this.#leaves.push(leaf);
      this.#range.append(leaf);
    }
    if (plan.events.length > 0) this.#appended.wake();
    return [...plan.answers];
  }

  read(options: ReadOptions = {}): LogLine[] {
    this.#assertOpen();
    const { after, to, limit, order } = readBounds(options);
    const lines: LogLine[] = [];
    const events = this.#events.slice(after, to);
    for (const event of order === "asc" ? events : events.reverse()) {
      if (lines.length === limit) break;
      if (matches(event, options)) lines.push({ position: event.position, line: event.line });
    }
    return lines;
  }

  count(range: Pick<ReadOptions, "after" | "to">): EventCount[] {
    this.#assertOpen();
    const { after, to } = readBounds(range);
    const counts = new Map<string, EventCount>();
    for (const { source, type } of this.#events.slice(after, to)) {
      const key = `${source} ${type}`;
      counts.set(key, { source, type, count: (counts.get(key)?.count ?? 0) + 1 });
    }
    return [...counts].sort(([a], [b]) => a < b ? -1 : 1).map(([, count]) => count);
  }

  extent(options: ReadOptions): Extent {
    this.#assertOpen();
    const { after, to, limit } = readBounds(options);
    const found = this.#events.slice(after, to).filter((event) => matches(event, options))
      .map(({ position }) => position);
    return {
      count: found.length,
      first: found[0] ?? 0,
      last: found.at(-1) ?? 0,
      positions: found.slice(-limit),
    };
  }

  rootAt(size: number): string {
    const { position } = this.head();
    if (!Number.isSafeInteger(size) || size < 0 || size > position) {
      throw new RangeError(`Cannot give the root at ${size}: the log holds ${position} events`);
    }
    return merkleRoot(this.#leaves.slice(0, size));
  }

  contains(lineage: Lineage): boolean {
    return containsLineage(this, lineage);
  }

  subscribe(options: SubscribeOptions): AsyncIterable<readonly LogLine[]> {
    this.#assertOpen();
    const isClosed = () => this.#isClosed;
    return subscribeTo({ log: this, isClosed, appended: this.#appended }, options);
  }

  close(): void {
    this.#isClosed = true;
    this.#appended.wake();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #find(source: EventSource, ids: ReadonlySet<string>): Map<string, LogLine> {
    const found = this.#events.filter((event) => event.source === source && ids.has(event.id));
    return new Map(found.map((event) => [event.id, event]));
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new LogFailedError("The log is closed");
  }
}

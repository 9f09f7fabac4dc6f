/**
 * Deciding what a batch comes to, before anything is written: which candidates are new, which exist,
 * which contradict the log. Both logs decide here, so that they cannot differ.
 */
import { NotCanonicalError } from "../pnl/canonical.ts";
import { contentDifference, observationChanged } from "../pnl/content.ts";
import { type EventSource, type EventType, MONEY_FACTS, sequenceOf } from "../pnl/event.ts";
import { upcast } from "../pnl/upcast.ts";
import { type CheckedCandidate, DAY_STARTED } from "./candidate.ts";
import { type Appended, type Conflict, ConflictError, InvalidEventError } from "./event_log.ts";
import { eventLine, type NewEvent, observationId } from "./event_line.ts";
import type { LogLine } from "./event_log.ts";

/** What the decision has to know of the log, as of the transaction. */
export interface LogState {
  readonly position: number;
  readonly recordedTime: string | null;
  /** Lines of the events of a source that have one of these ids, by id. */
  find(source: EventSource, ids: readonly string[]): ReadonlyMap<string, LogLine>;
  /** Position of the last event of any of these types; 0 where there is none. */
  lastOfTypes(types: readonly EventType[]): number;
  /** The last line of a source, type and subject. */
  last(source: EventSource, type: EventType, subject: string): LogLine | null;
}

/** What is to be written, and what is to be answered. */
export interface AppendPlan {
  readonly events: readonly NewEvent[];
  readonly answers: readonly Appended[];
}

/** What is known of one event while a batch is decided. */
interface Known {
  readonly position: number;
  readonly type: string;
  readonly subject: string;
  readonly recordedTime: string;
  readonly data: unknown;
}

function known({ position, line }: LogLine): Known {
  const { type, subject, recordedtime, data } = upcast(JSON.parse(line));
  return { position, type, subject, recordedTime: recordedtime, data };
}

const key = (...parts: string[]) => parts.join("\n");

/** Decides one batch. */
class Planner {
  readonly #state: LogState;
  readonly #recordedTime: string;
  readonly #events: NewEvent[] = [];
  readonly #conflicts: Conflict[] = [];
  /** By source and id: the events of this batch, and those of the log that it names. */
  readonly #identities = new Map<string, Known>();
  /** By source, type and subject: the last observations, of this batch or else of the log. */
  readonly #lasts = new Map<string, Known>();
  #dayDue: boolean;

  constructor(state: LogState, recordedTime: string) {
    this.#state = state;
    this.#recordedTime = recordedTime;
    this.#dayDue = state.recordedTime?.slice(0, 10) !== this.#day;
  }

  get #day(): string {
    return this.#recordedTime.slice(0, 10);
  }

  plan(batch: readonly CheckedCandidate[]): AppendPlan {
    this.#findFacts(batch);
    const answers = batch.map((checked, index) => this.#decide(checked, index));
    if (this.#conflicts.length > 0) throw new ConflictError(this.#conflicts);
    return { events: this.#events, answers };
  }

  #decide(checked: CheckedCandidate, index: number): Appended {
    const { candidate } = checked;
    try {
      return candidate.kind === "fact"
        ? this.#fact(checked, candidate.id, index)
        : this.#observation(checked, candidate);
    } catch (error) {
      if (!(error instanceof NotCanonicalError)) throw error;
      throw new InvalidEventError(index, "data", error.message);
    }
  }

  /** Looks up the identities of all facts of the batch, one query a source. */
  #findFacts(batch: readonly CheckedCandidate[]): void {
    const ids = new Map<EventSource, string[]>();
    for (const { candidate, source } of batch) {
      if (candidate.kind !== "fact") continue;
      const list = ids.get(source);
      if (list === undefined) ids.set(source, [candidate.id]);
      else list.push(candidate.id);
    }
    for (const [source, list] of ids) {
      const found = this.#state.find(source, list);
      for (const [id, line] of found) this.#identities.set(key(source, id), known(line));
    }
  }

  #fact(checked: CheckedCandidate, id: string, index: number): Appended {
    const { source, type, subject, data } = checked;
    if (type === DAY_STARTED && this.#dayDue && id === this.#day) this.#startDay();
    const stored = this.#identities.get(key(source, id));
    if (stored === undefined) {
      if (type === DAY_STARTED) {
        throw new InvalidEventError(index, "data.day", `is not the day being recorded: ${id}`);
      }
      return { status: "appended", position: this.#append(checked, id).position };
    }
    const fields = stored.type === type ? contentDifference(type, stored.data, data) : ["type"];
    if (stored.subject !== subject) fields.unshift("subject");
    if (fields.length > 0) {
      this.#conflicts.push({ index, source, id, position: stored.position, fields });
    }
    return { status: "exists", position: stored.position };
  }

  #observation(
    checked: CheckedCandidate,
    options: { readonly atMostEveryMs?: number; readonly withFacts?: boolean },
  ): Appended {
    const last = this.#last(checked);
    if (last !== null) {
      const exists: Appended = { status: "exists", position: last.position };
      const age = Date.parse(this.#recordedTime) - Date.parse(last.recordedTime);
      if (age < (options.atMostEveryMs ?? 0)) return exists;
      const wanted = options.withFacts === true && this.#lastMoneyFact() > last.position;
      if (!wanted && !observationChanged(checked.type, last.data, checked.data)) return exists;
    }
    const entry = this.#append(checked, this.#freeObservationId(checked));
    this.#lasts.set(key(checked.source, checked.type, checked.subject), entry);
    return { status: "appended", position: entry.position };
  }

  /** Position of the last fact that moves money, of this batch or else of the log. */
  #lastMoneyFact(): number {
    const own = this.#events.findLast(({ type }) => MONEY_FACTS.includes(type));
    return own?.position ?? this.#state.lastOfTypes(MONEY_FACTS);
  }

  #last({ source, type, subject }: CheckedCandidate): Known | null {
    const found = this.#lasts.get(key(source, type, subject));
    if (found !== undefined) return found;
    const line = this.#state.last(source, type, subject);
    return line === null ? null : known(line);
  }

  /** The same content twice in one millisecond of recorded time is told apart by a number. */
  #freeObservationId({ source, subject, data }: CheckedCandidate): string {
    const id = observationId(subject, this.#recordedTime, data);
    for (let twin = 1;; twin++) {
      const candidate = twin === 1 ? id : `${id}/${twin}`;
      const isTaken = this.#identities.has(key(source, candidate)) ||
        // Only an event of this very recorded time can have such an id.
        (this.#state.recordedTime === this.#recordedTime &&
          this.#state.find(source, [candidate]).size > 0);
      if (!isTaken) return candidate;
    }
  }

  #append(checked: CheckedCandidate, id: string): Known {
    if (this.#dayDue) this.#startDay();
    return this.#push(checked, id);
  }

  #startDay(): void {
    this.#dayDue = false;
    const day = this.#day;
    const time = `${day}T00:00:00.000Z`;
    this.#push({ source: "/clock", type: DAY_STARTED, subject: day, time, data: { day } }, day);
  }

  #push(draft: Omit<CheckedCandidate, "candidate">, id: string): Known {
    const { source, type, subject, time, data } = draft;
    const position = this.#state.position + this.#events.length + 1;
    const recordedTime = this.#recordedTime;
    const line = eventLine({
      specversion: "1.0",
      id,
      source,
      type,
      subject,
      time,
      recordedtime: recordedTime,
      sequence: sequenceOf(position),
      data,
    });
    this.#events.push({ position, source, id, type, subject, time, recordedTime, line });
    const entry: Known = { position, type, subject, recordedTime, data };
    this.#identities.set(key(source, id), entry);
    return entry;
  }
}

/**
 * Decides what a batch comes to.
 *
 * @param recordedTime the recorded time of the whole batch, not before the log's last
 * @throws {ConflictError} listing every fact that contradicts the log or an earlier one of the batch
 * @throws {InvalidEventError} on a day's start that is neither known nor of the day being recorded
 */
export function planAppend(
  batch: readonly CheckedCandidate[],
  recordedTime: string,
  state: LogState,
): AppendPlan {
  return new Planner(state, recordedTime).plan(batch);
}

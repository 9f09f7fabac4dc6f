/** Bringing a source's candidates into the log, in ordered batches, whatever single rows are worth. */
import type { Clock } from "../pnl/clock.ts";
import type { Candidate, FactCandidate } from "../pnl/event.ts";
import { upcast } from "../pnl/upcast.ts";
import { ConflictError, type EventLog, InvalidEventError } from "../log/event_log.ts";
import type { Rejection, Source } from "./source.ts";
import { cutText } from "./cut_text.ts";
import { rowNames } from "./row_name.ts";
import { sleep } from "./sleep.ts";

/** Candidates a batch; the last one takes up to twice as many, so that readings stand beside facts. */
const BATCH = 1_000;
/** Rows of one batch that may turn out invalid before the batch is given up. */
const MAX_INVALID = 100;
/** Identities remembered as refused; beyond that the log is asked again. */
const MAX_REFUSED = 10_000;

/** What became of a batch. */
interface Taken {
  readonly appended: number;
  /** Candidates that are in the log now, new or known. */
  readonly candidates: readonly Candidate[];
}

/** Appends for one source. */
export class Appender {
  readonly #source: Source;
  readonly #log: EventLog;
  readonly #clock: Clock;
  /** Identities that the log refused, or holds a rejection of: offering them again says nothing new. */
  readonly #refused = new Set<string>();
  /** Identities of rejected rows that were not accepted since; null until the log was asked. */
  #open: Set<string> | null = null;
  /** How often each identity was accepted: a row may be rejected anew after that. */
  readonly #accepted = new Map<string, number>();

  constructor(source: Source, log: EventLog, clock: Clock) {
    this.#source = source;
    this.#log = log;
    this.#clock = clock;
  }

  /**
   * Appends in order. A row that conflicts with the log, or that the log finds invalid, becomes
   * `source.rejected` in its place; the others go on. Between batches the event loop has its turn. A row
   * that was rejected in an earlier run and is in the log now is told by `source.accepted`.
   *
   * @param ready called before each batch; what it throws ends the run
   * @returns how many events were new
   * @throws {LogFailedError}
   * @throws the signal's reason, between two batches
   */
  async append(
    candidates: readonly Candidate[],
    rejected: readonly Rejection[],
    signal: AbortSignal,
    ready: () => void = () => {},
  ): Promise<number> {
    const offered = [
      ...rejected.map((rejection) => this.rejection(rejection)),
      ...candidates,
    ].filter((candidate) => candidate.kind !== "fact" || !this.#refused.has(candidate.id));
    const open = this.#openRejections();
    const healed = new Set<string>();
    let appended = 0;
    for (const [index, batch] of batches(offered).entries()) {
      if (index > 0) await sleep(0, signal);
      ready();
      const taken = this.#appendBatch(batch);
      appended += taken.appended;
      for (const name of taken.candidates.flatMap(rowNames)) if (open.has(name)) healed.add(name);
    }
    return appended + this.#accept(healed, rejected);
  }

  /** Records that rows which were rejected are in the log; not what this run rejects or refuses again. */
  #accept(healed: Set<string>, rejected: readonly Rejection[]): number {
    for (const { identity } of rejected) healed.delete(identity);
    const accepted = [...healed].filter((identity) => !this.#refused.has(identity));
    if (accepted.length === 0) return 0;
    const results = this.#log.append(accepted.map((identity) => ({
      kind: "fact",
      source: this.#source.source,
      type: "pnl.source.accepted.v1",
      id: `accepted/${this.#numbered(identity)}`,
      subject: this.#source.name,
      time: new Date(this.#clock.now()).toISOString(),
      data: { identity },
    })));
    for (const identity of accepted) this.#close(identity);
    return results.filter(({ status }) => status === "appended").length;
  }

  /** Reads from the log, once, what was rejected more often than it was accepted. */
  #openRejections(): Set<string> {
    if (this.#open !== null) return this.#open;
    const rejected = this.#count("pnl.source.rejected.v1");
    for (const [name, times] of this.#count("pnl.source.accepted.v1")) {
      this.#accepted.set(name, times);
    }
    const open = [...rejected].filter(([name, times]) => times > (this.#accepted.get(name) ?? 0));
    return this.#open = new Set(open.map(([name]) => name));
  }

  /** How many events of a type there are by the identity that they name. */
  #count(type: "pnl.source.rejected.v1" | "pnl.source.accepted.v1"): Map<string, number> {
    const counts = new Map<string, number>();
    for (let after = 0, more = true; more;) {
      const page = this.#log.read({ source: this.#source.source, type, after });
      for (const { line } of page) {
        const { data } = upcast(JSON.parse(line));
        if ("identity" in data) counts.set(data.identity, (counts.get(data.identity) ?? 0) + 1);
      }
      after = page.at(-1)?.position ?? after;
      more = page.length > 0;
    }
    return counts;
  }

  /** The name with a number from the second time on: each rejection and its end are events of their own. */
  #numbered(name: string): string {
    const times = this.#accepted.get(name) ?? 0;
    return times === 0 ? name : `${name}/${times + 1}`;
  }

  #close(identity: string): void {
    this.#accepted.set(identity, (this.#accepted.get(identity) ?? 0) + 1);
    this.#open?.delete(identity);
  }

  /** A row that could not be taken, as an event; its text is cut to what an event holds. */
  rejection({ identity, path, reason }: Rejection): FactCandidate {
    const name = cutText(identity, 400) || "(unnamed)";
    this.#openRejections();
    return {
      kind: "fact",
      source: this.#source.source,
      type: "pnl.source.rejected.v1",
      id: `rejected/${this.#numbered(name)}`,
      subject: this.#source.name,
      time: new Date(this.#clock.now()).toISOString(),
      data: {
        identity: name,
        path: cutText(path, 500),
        reason: cutText(reason, 500) || "unknown",
      },
    };
  }

  #appendBatch(batch: readonly Candidate[]): Taken {
    let rest = [...batch];
    for (let invalid = 0; rest.length > 0;) {
      try {
        const results = this.#log.append(rest);
        for (const candidate of rest) this.#remember(candidate);
        const appended = results.filter(({ status }) => status === "appended").length;
        return { appended, candidates: rest };
      } catch (error) {
        if (error instanceof ConflictError) rest = this.#withoutConflicts(rest, error);
        else if (error instanceof InvalidEventError && ++invalid <= MAX_INVALID) {
          rest = this.#replaced(rest, new Map([[error.index, error]]));
        } else throw error;
      }
    }
    return { appended: 0, candidates: [] };
  }

  #withoutConflicts(batch: Candidate[], error: ConflictError): Candidate[] {
    const reasons = new Map(error.conflicts.map((conflict) => [conflict.index, {
      path: conflict.fields.join(", "),
      reason: `conflicts with position ${conflict.position}`,
    }]));
    return this.#replaced(batch, reasons);
  }

  #replaced(
    batch: Candidate[],
    reasons: ReadonlyMap<number, { readonly path: string; readonly reason: string }>,
  ): Candidate[] {
    return batch.flatMap((candidate, index) => {
      const reason = reasons.get(index);
      if (reason === undefined) return [candidate];
      const isFact = candidate.kind === "fact";
      if (isFact) this.#refuse(candidate.id);
      // The log holds an earlier rejection of the same row: one is enough.
      if (candidate.type === "pnl.source.rejected.v1") return [];
      const identity = isFact ? candidate.id : `${candidate.type}/${candidate.subject}`;
      return [this.rejection({ identity, path: reason.path, reason: reason.reason })];
    });
  }

  #remember(candidate: Candidate): void {
    if (candidate.kind === "fact" && candidate.type === "pnl.source.rejected.v1") {
      this.#refuse(candidate.id);
      this.#open?.add(candidate.data.identity);
    }
  }

  #refuse(id: string): void {
    if (this.#refused.size >= MAX_REFUSED) this.#refused.clear();
    this.#refused.add(id);
  }
}

function batches<T>(items: readonly T[]): T[][] {
  const result: T[][] = [];
  let at = 0;
  for (; items.length - at > 2 * BATCH; at += BATCH) result.push(items.slice(at, at + BATCH));
  if (at < items.length) result.push(items.slice(at));
  return result;
}

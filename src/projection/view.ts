import { breakdown } from "../pnl/breakdown.ts";
import { currentSnapshot } from "../pnl/fold.ts";
import { snapshotJson } from "../pnl/snapshot.ts";
import { finalFrame } from "./final.ts";
import type { Frame } from "./frame.ts";
import { pageJson, readHistory } from "./history.ts";
import type { Materializer } from "./materializer.ts";
import type { HistoryPage, HistoryQuery } from "./projection.ts";
import { BREAKDOWN, CURRENT, parseHistoryKey } from "./read_model.ts";
import type { TierEntry } from "./tier.ts";

/** The most finals that one question may bring. */
const MAX_FINALS = 10_000;

/** A read model at an offset. */
interface Model {
  readonly offset: number;
  readonly json: string;
}

/** What can be read of a fold and its build. Each read model is made once a position, when asked for. */
export class View {
  readonly source: Materializer;
  readonly #epoch: string;
  readonly #windowMs: number;
  #current: Frame | null = null;
  #breakdown: Model | null = null;

  constructor(source: Materializer, epoch: string, windowMs: number) {
    this.source = source;
    this.#epoch = epoch;
    this.#windowMs = windowMs;
  }

  /** The snapshot of the open window; null before the first event. */
  current(): Frame | null {
    const { fold, position } = this.source.run;
    if (this.#current?.position === position) return this.#current;
    const snapshot = currentSnapshot(fold);
    if (snapshot === null) return null;
    this.#current = {
      epoch: this.#epoch,
      offset: 2 * position,
      position,
      final: false,
      json: snapshotJson(snapshot),
    };
    return this.#current;
  }

  /** The breakdown that adds up to {@link current}; null before the first event. */
  breakdown(): Model | null {
    const { fold, position } = this.source.run;
    if (position === 0) return null;
    const offset = 2 * position;
    if (this.#breakdown?.offset !== offset) {
      this.#breakdown = { offset, json: JSON.stringify(breakdown(fold)) };
    }
    return this.#breakdown;
  }

  /** Stored finals with an offset above this one, oldest first. */
  finalsAfter(offset: number, limit: number): Frame[] {
    // The greatest position whose final has an offset of at most this one.
    const after = Math.floor((offset - 1) / 2);
    return this.source.build.store.reader.finalsAfter(after, Math.min(limit, MAX_FINALS))
      .map(({ position, json }) => finalFrame(this.#epoch, position, json));
  }

  /** Stored finals at positions below this one, newest first. */
  finalsBefore(position: number, limit: number): Frame[] {
    return this.source.build.store.reader.finalsBefore(position, Math.min(limit, MAX_FINALS))
      .map((row) => finalFrame(this.#epoch, row.position, row.json));
  }

  /** The newest stored finals, at most `limit` of them, oldest first. */
  newestFinals(limit: number): Frame[] {
    return this.source.build.store.reader.newestFinals(Math.min(limit, MAX_FINALS))
      .map(({ position, json }) => finalFrame(this.#epoch, position, json));
  }

  /** A page of history from what is stored. */
  history(query: HistoryQuery): HistoryPage {
    const { store } = this.source.build;
    const recorded = store.checkpoint?.recorded;
    const openEnd = recorded === undefined
      ? null
      : (Math.floor(Date.parse(recorded) / this.#windowMs) + 1) * this.#windowMs;
    return readHistory(store.reader, query, openEnd);
  }

  /**
   * A read model by key, out of the build's file: the newest one is put there first where the file
   * holds an older one.
   */
  stored(key: string): TierEntry | null {
    const query = parseHistoryKey(key);
    if (query !== null) return this.#page(query);
    const newest = this.#newest(key);
    if (newest === null) return null;
    return { epoch: this.#epoch, ...this.#keep(key, newest) };
  }

  /** Through the file and back. A file that takes nothing is no reason to answer less. */
  #keep(key: string, newest: Model): Model {
    const { store } = this.source.build;
    try {
      store.keepModel(key, newest.offset, newest.json);
      const held = store.reader.model(key);
      return held?.offset === newest.offset ? held : model(newest);
    } catch {
      return model(newest);
    }
  }

  #newest(key: string): Model | null {
    if (key === CURRENT) return this.current();
    return key === BREAKDOWN ? this.breakdown() : null;
  }

  #page(query: HistoryQuery): TierEntry {
    const page = this.history(query);
    const entry = {
      epoch: this.#epoch,
      offset: 2 * (this.source.build.store.checkpoint?.position ?? 0),
      json: pageJson(page),
    };
    return page.closed ? entry : { ...entry, volatile: true };
  }
}

/** A frame is a model with more to it, which no tier keeps. */
function model({ offset, json }: Model): Model {
  return { offset, json };
}

/** A log in miniature for tests of the domain: `given(events)` folded, `.when(events)`, then the snapshot. */
import type { EventData, EventSource, EventType, RecordedEvent } from "./event.ts";
import { sequenceOf } from "./event.ts";
import { applyEvent, currentSnapshot, type Fold, initialFold } from "./fold.ts";
import type { Snapshot } from "./snapshot_schema.ts";

/** An event as a test writes it; what is left out is filled in. */
export type Spec<T extends EventType = EventType> = {
  readonly [K in T]: {
    readonly type: K;
    readonly subject: string;
    readonly data: EventData<K>;
    /** When it happened; default: when it was recorded. */
    readonly time?: string;
    /** When it was recorded; default: when the one before was. */
    readonly recorded?: string;
    readonly source?: EventSource;
  };
}[T];

/** When a test's first event is recorded, where it does not say. */
export const NOON = "2026-11-22T12:00:00.000Z";

/** Window length of the tests' folds. */
export const WINDOW_MS = 5_000;

/** The recorded event at a position. */
export function recorded(spec: Spec, position: number, recordedTime: string): RecordedEvent {
  return {
    specversion: "1.0",
    id: `event-${position}`,
    source: spec.source ?? "/pnl",
    type: spec.type,
    subject: spec.subject,
    time: spec.time ?? recordedTime,
    recordedtime: recordedTime,
    sequence: sequenceOf(position),
    data: spec.data,
  } as RecordedEvent;
}

/** A fold with what it gave so far. */
export class Story {
  readonly fold: Fold;
  readonly finals: Snapshot[] = [];
  #recordedTime = NOON;

  constructor(fold: Fold = initialFold(WINDOW_MS)) {
    this.fold = fold;
  }

  /** Folds more events. */
  when(...specs: readonly Spec[]): this {
    for (const spec of specs) {
      this.#recordedTime = spec.recorded ?? this.#recordedTime;
      const position = this.fold.position + 1;
      const closed = applyEvent(
        this.fold,
        recorded(spec, position, this.#recordedTime),
        position,
      );
      if (closed !== null) this.finals.push(closed);
    }
    return this;
  }

  /** The provisional snapshot. */
  get now(): Snapshot {
    const snapshot = currentSnapshot(this.fold);
    if (snapshot === null) throw new Error("Cannot take a snapshot: no event was folded");
    return snapshot;
  }
}

/** A story of some events. */
export function given(...specs: readonly Spec[]): Story {
  return new Story().when(...specs);
}

interface FillSpec {
  readonly ticker?: string;
  readonly subaccount?: number;
  readonly fee?: string;
  readonly time?: string;
  readonly recorded?: string;
}

/** A fill: `fill("yes", "10.00", "0.43")`. */
export function fill(
  outcomeSide: "yes" | "no",
  count: string,
  yesPrice: string,
  { ticker = "MKT", subaccount = 0, fee = "0", ...times }: FillSpec = {},
): Spec {
  return {
    type: "pnl.kalshi.fill.recorded.v1",
    source: "/kalshi",
    subject: ticker,
    data: { fillId: "f", subaccount, outcomeSide, count, yesPrice, fee, taker: true },
    ...times,
  };
}

/** A settlement; what is left out is zero. */
export function settlement(
  revenue: string,
  data: Partial<EventData<"pnl.kalshi.settlement.recorded.v1">> = {},
  { ticker = "MKT", ...times }: FillSpec = {},
): Spec {
  return {
    type: "pnl.kalshi.settlement.recorded.v1",
    source: "/kalshi",
    subject: ticker,
    data: {
      subaccount: 0,
      result: "yes",
      value: "1.00",
      yesCount: "0",
      yesCost: "0",
      noCount: "0",
      noCost: "0",
      revenue,
      fee: "0",
      ...data,
    },
    ...times,
  };
}

/** A state of a deposit or withdrawal. */
export function transfer(
  kind: "deposit" | "withdrawal",
  transferId: string,
  status: string,
  amount: string,
  fee = "0",
): Spec {
  return {
    type: `pnl.kalshi.${kind}.recorded.v1`,
    source: "/kalshi",
    subject: transferId,
    data: { transferId, status, amount, fee },
  };
}

/** A reading of cash. */
export function cash(amount: string, bracketed = true, subaccount = 0): Spec {
  return {
    type: "pnl.kalshi.cash.observed.v1",
    source: "/kalshi",
    subject: String(subaccount),
    data: { subaccount, cash: amount, bracketed },
  };
}

/** A cost of a day. */
export function cost(day: string, amount: string, times: FillSpec = {}): Spec {
  const { time, recorded } = times;
  return {
    type: "pnl.anthropic.cost.observed.v1",
    source: "/anthropic",
    subject: day,
    data: { day, amount },
    ...(time === undefined ? {} : { time }),
    ...(recorded === undefined ? {} : { recorded }),
  };
}

/** The billing service's totals. */
export function totals(invoiced: string, collected: string, times: FillSpec = {}): Spec {
  const { time, recorded } = times;
  return {
    type: "pnl.revenue.totals.observed.v1",
    source: "/revenue",
    subject: "totals",
    data: { invoiced, collected },
    ...(time === undefined ? {} : { time }),
    ...(recorded === undefined ? {} : { recorded }),
  };
}

/** A source is bound. */
export function bound(subject: string, since: string | null = null): Spec {
  return {
    type: "pnl.source.bound.v1",
    subject,
    data: { origin: "https://upstream.test", account: "default", since },
  };
}

/** A source has been read from its beginning. */
export function backfilled(subject: string): Spec {
  return { type: "pnl.source.backfilled.v1", subject, data: { facts: 0 } };
}

/** A UTC day begins, at its first instant. */
export function dayStarted(day: string): Spec {
  return {
    type: "pnl.clock.day-started.v1",
    source: "/clock",
    subject: day,
    recorded: `${day}T00:00:00.000Z`,
    data: { day },
  };
}

/** A correction. */
export function adjustment(
  component: "kalshi" | "anthropic" | "revenue",
  amount: string,
  time?: string,
): Spec {
  return {
    type: "pnl.adjustment.recorded.v1",
    source: "/operator",
    subject: component,
    data: { amount, component, reason: "correction", who: "operator" },
    ...(time === undefined ? {} : { time }),
  };
}

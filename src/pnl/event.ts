/**
 * The event catalogue: every type of event that the log may hold, with its schema.
 *
 * An event is a CloudEvent 1.0 with the documented extensions `sequence` (its position, as a 16-digit
 * zero-padded decimal) and `recordedtime`. What is written once is never changed, so a type's schema
 * is never changed either: a new shape is a new version of the type, and `upcast.ts` lifts the old one.
 *
 * Numbers: `data` holds decimals as strings; the only JSON numbers are counts and indices that are
 * safe integers.
 */
import { z } from "zod";

/** UTC, ISO 8601, exactly milliseconds, `Z`: the only form of time inside an event. */
const TIME =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DECIMAL = /^-?\d{1,30}(\.\d{1,60})?$/;

const decimal = z.string().regex(DECIMAL, "is not a decimal number");
const day = z.string().regex(DAY, "is not a UTC day, YYYY-MM-DD");
const text = z.string().min(1).max(500);
const index = z.int().min(0);
/** The upstream's own time, kept where it is finer than the millisecond of `time`. */
const upstreamTime = z.string().max(64);

const subaccountValue = { subaccount: index };

const position = z.strictObject({
  ticker: text,
  count: decimal,
  exposure: decimal,
  realizedPnl: decimal,
  fees: decimal,
});

const transfer = z.strictObject({
  transferId: text,
  status: text,
  amount: decimal,
  fee: decimal,
  upstreamTime: upstreamTime.optional(),
});

const breaker = z.strictObject({
  state: z.enum(["CLOSED", "OPEN", "HALF_OPEN"]),
  errorClass: text.nullable(),
  consecutiveFailures: index,
});

/** The catalogue: a zod schema of `data` for each event type. */
export const EVENT_DATA = {
  /** A trade of the account. `outcomeSide` says direction: `yes` adds YES contracts, `no` takes them away. */
  "pnl.kalshi.fill.recorded.v1": z.strictObject({
    fillId: text,
    subaccount: index,
    exchangeIndex: index.optional(),
    outcomeSide: z.enum(["yes", "no"]),
    count: decimal,
    yesPrice: decimal,
    fee: decimal,
    taker: z.boolean(),
    upstreamTime: upstreamTime.optional(),
  }),
  /** A market's result for one subaccount. `revenue`, `value` and costs are dollars; counts and costs are gross. */
  "pnl.kalshi.settlement.recorded.v1": z.strictObject({
    subaccount: index,
    result: text,
    value: decimal.nullable(),
    yesCount: decimal,
    yesCost: decimal,
    noCount: decimal,
    noCost: decimal,
    revenue: decimal,
    fee: decimal,
    upstreamTime: upstreamTime.optional(),
  }),
  /** One state of a deposit; only `applied` moves money. */
  "pnl.kalshi.deposit.recorded.v1": transfer,
  /** One state of a withdrawal; only `applied` moves money. */
  "pnl.kalshi.withdrawal.recorded.v1": transfer,
  /** Cash of a subaccount. `bracketed`: read before and after the facts, and the same both times. */
  "pnl.kalshi.cash.observed.v1": z.strictObject({
    ...subaccountValue,
    cash: decimal,
    bracketed: z.boolean(),
  }),
  /** What the venue says the positions of a subaccount are worth. `bracketed` as for cash. */
  "pnl.kalshi.portfolio.valued.v1": z.strictObject({
    ...subaccountValue,
    value: decimal,
    bracketed: z.boolean(),
  }),
  /** The venue's own positions of a subaccount, sorted by ticker. */
  "pnl.kalshi.positions.observed.v1": z.strictObject({
    ...subaccountValue,
    bracketed: z.boolean(),
    positions: z.array(position).max(100_000),
  }),
  /** Anthropic's cost of a UTC day in dollars; `byDescription` when it was due. */
  "pnl.anthropic.cost.observed.v1": z.strictObject({
    day,
    amount: decimal,
    byDescription: z.array(z.strictObject({ description: text, amount: decimal })).max(10_000)
      .optional(),
  }),
  /** Lifetime totals of the billing service, in dollars. */
  "pnl.revenue.totals.observed.v1": z.strictObject({ invoiced: decimal, collected: decimal }),
  /** A source's first event: what it is bound to. `since` is the first UTC day read, where that is bounded. */
  "pnl.source.bound.v1": z.strictObject({ origin: text, account: text, since: day.nullable() }),
  /** The source has been read from its beginning; from here on its figures are whole. */
  "pnl.source.backfilled.v1": z.strictObject({ facts: index }),
  /** The breaker opened or half-opened. */
  "pnl.source.degraded.v1": breaker,
  /** The breaker closed again. */
  "pnl.source.recovered.v1": breaker,
  /** A row that could not be taken: malformed, impossible in time, or in conflict with the log. */
  "pnl.source.rejected.v1": z.strictObject({
    identity: text,
    path: z.string().max(500),
    reason: text,
  }),
  /** A rejected row could be read after all, and is in the log as a fact. */
  "pnl.source.accepted.v1": z.strictObject({ identity: text }),
  /** A UTC day began, as the log's recorded time sees it. */
  "pnl.clock.day-started.v1": z.strictObject({ day }),
  /** A correction by an operator: added to `component`; nothing is edited. */
  "pnl.adjustment.recorded.v1": z.strictObject({
    amount: decimal,
    component: z.enum(["kalshi", "anthropic", "revenue"]),
    reason: text,
    who: text,
  }),
} as const;

/** The name of an event type, with prefix and version. */
export type EventType = keyof typeof EVENT_DATA;

/** The names of all types. */
export const EVENT_TYPES = Object.keys(EVENT_DATA) as readonly EventType[];

/** The data of an event type. */
export type EventData<T extends EventType> = Readonly<z.infer<(typeof EVENT_DATA)[T]>>;

/** The fixed source strings; none holds a key or a host. */
export const EVENT_SOURCES = [
  "/kalshi",
  "/anthropic",
  "/revenue",
  "/clock",
  "/operator",
  "/pnl",
] as const;

/** Where an event comes from. */
export type EventSource = (typeof EVENT_SOURCES)[number];

/** An event as it stands in the log. */
export type RecordedEvent<T extends EventType = EventType> = {
  readonly [K in T]: {
    readonly specversion: "1.0";
    readonly id: string;
    readonly source: EventSource;
    readonly type: K;
    readonly subject: string;
    /** When it happened. */
    readonly time: string;
    /** When it was appended; never goes down as positions go up. */
    readonly recordedtime: string;
    /** Its position, 16 digits, zero-padded. */
    readonly sequence: string;
    readonly data: EventData<K>;
  };
}[T];

/** What a caller knows of an event before the log has taken it. */
type Draft<K extends EventType> = {
  readonly source: EventSource;
  readonly type: K;
  readonly subject: string;
  readonly time: string;
  readonly data: EventData<K>;
};

/** A fact: it has an identity of its own (`source` + `id`) and is appended once. */
export type FactCandidate<T extends EventType = EventType> = {
  readonly [K in T]: Draft<K> & { readonly kind: "fact"; readonly id: string };
}[T];

/**
 * An observation: appended only where its content differs from the last one of the same source, type
 * and subject. The log makes its id.
 */
export type ObservationCandidate<T extends EventType = EventType> = {
  readonly [K in T]: Draft<K> & {
    readonly kind: "observation";
    /** Append at most one in this many milliseconds of recorded time, however often it differs. */
    readonly atMostEveryMs?: number;
    /**
     * Append also where unchanged if one of {@link MONEY_FACTS} was appended since the last one: a
     * bracketed reading is held against the facts, so new facts make it a new one.
     */
    readonly withFacts?: boolean;
  };
}[T];

/** The facts that move the money or the positions of an account. */
export const MONEY_FACTS: readonly EventType[] = [
  "pnl.kalshi.fill.recorded.v1",
  "pnl.kalshi.settlement.recorded.v1",
  "pnl.kalshi.deposit.recorded.v1",
  "pnl.kalshi.withdrawal.recorded.v1",
];

/** What can be offered to the log. */
export type Candidate = FactCandidate | ObservationCandidate;

/** True for a UTC time in the only form an event takes, that also exists in the calendar. */
export function isEventTime(value: string): boolean {
  if (!TIME.test(value)) return false;
  // Every month has 28 days: only beyond them is the calendar asked, as asking costs more than the rest.
  if (value.slice(8, 10) <= "28") return true;
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === value;
}

/** The 16-digit, zero-padded text of a position. CloudEvents orders `sequence` as text. */
export function sequenceOf(position: number): string {
  return position.toString().padStart(16, "0");
}

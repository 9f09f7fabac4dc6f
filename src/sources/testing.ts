/** Helpers of the sources' tests: an upstream that answers what a test says, and a clock to step. */
import type { Clock } from "../pnl/clock.ts";
import type { EventLog } from "../log/event_log.ts";
import type { Candidate, EventType, FactCandidate, RecordedEvent } from "../pnl/event.ts";
import type { Binding, Poll, PollContext, Source, SourceUnit } from "./source.ts";

/** What a test's upstream answers with. */
export type Answer = (request: Request, index: number) => Response | Promise<Response>;

/** A real HTTP server on loopback. */
export interface Upstream extends AsyncDisposable {
  readonly url: string;
  /** Requests so far: path with query, and headers. */
  readonly requests: readonly { readonly url: URL; readonly headers: Headers }[];
}

/**
 * Starts an upstream on a free port of loopback.
 *
 * @param clock what its `Date` header says; default the machine's
 */
export function upstream(answer: Answer, clock?: Clock): Upstream {
  const requests: { url: URL; headers: Headers }[] = [];
  const serve = async (request: Request): Promise<Response> => {
    requests.push({ url: new URL(request.url), headers: request.headers });
    const response = await answer(request, requests.length - 1);
    if (clock !== undefined) response.headers.set("date", new Date(clock.now()).toUTCString());
    return response;
  };
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  const server = Deno.serve(options, serve);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A clock that runs as the machine's does, and can be set off. */
export class OffsetClock implements Clock {
  offsetMs = 0;

  now(): number {
    return Date.now() + this.offsetMs;
  }

  monotonic(): number {
    return performance.now();
  }
}

/** A context of a poll, at the beginning unless a cursor is given. */
export function context(options: Partial<PollContext> = {}): PollContext {
  return {
    cursor: null,
    since: null,
    signal: new AbortController().signal,
    progress: () => {},
    ...options,
  };
}

/** Resolves when `holds` does, looking every few milliseconds. */
export async function until(holds: () => boolean, what: string, limitMs = 10_000): Promise<void> {
  const started = performance.now();
  while (!holds()) {
    if (performance.now() - started > limitMs) throw new Error(`Not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Events of a log, parsed. */
export function eventsOf(log: EventLog, type?: EventType): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  for (let after = 0;;) {
    const page = log.read({ after, limit: 10_000, ...(type === undefined ? {} : { type }) });
    const last = page.at(-1);
    if (last === undefined) return events;
    events.push(...page.map(({ line }) => JSON.parse(line) as RecordedEvent));
    after = last.position;
  }
}

/**
 * A source whose one unit, `only`, does what the test says. Its upstream agrees with the wall clock at any
 * time, unless said otherwise.
 */
export function fakeSource(
  poll: SourceUnit["poll"],
  options: Partial<Source> & { readonly bound?: Partial<Binding> } = {},
): Source {
  const { bound, ...rest } = options;
  return {
    name: "revenue",
    source: "/revenue",
    intervalMs: 5,
    dateAgreedAt: () => performance.now(),
    units: [{ name: "only", poll }],
    binding: () =>
      Promise.resolve({ origin: "https://a.test", account: "default", since: null, ...bound }),
    ...rest,
  };
}

/** A poll that brought these events. */
export function poll(events: readonly Candidate[] = [], options: Partial<Poll> = {}): Poll {
  return { events, rejected: [], cursor: "1", backfilled: true, ...options };
}

/** Collected revenue, as an observation. */
export function totals(collected: string, time = "2026-11-22T10:00:00.000Z"): Candidate {
  return {
    kind: "observation",
    source: "/revenue",
    type: "pnl.revenue.totals.observed.v1",
    subject: "totals",
    time,
    data: { invoiced: collected, collected },
  };
}

/** A fill, as a fact. */
export function fill(id: string, fee = "0.01"): FactCandidate {
  return {
    kind: "fact",
    source: "/kalshi",
    type: "pnl.kalshi.fill.recorded.v1",
    id,
    subject: "KX-1",
    time: "2026-11-22T10:00:00.000Z",
    data: {
      fillId: id,
      subaccount: 0,
      outcomeSide: "yes",
      count: "1.00",
      yesPrice: "0.50",
      fee,
      taker: true,
    },
  };
}

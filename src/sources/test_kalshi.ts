/** Helpers of the tests of the Kalshi source: rounds of its units, and what they brought. */
import type { Clock } from "../pnl/clock.ts";
import type { Candidate } from "../pnl/event.ts";
import { type KalshiOptions, kalshiSource } from "./kalshi.ts";
import { type Poll, type PollContext, type Source, UpstreamError } from "./source.ts";
import { context } from "./testing.ts";

/** The source over a stand-in of the venue; it is quick to give up. */
export function quickSource(
  venue: Pick<KalshiOptions, "baseUrl" | "keyId" | "privateKeyPem">,
  clock: Clock,
): Source {
  const retry = { retries: 1, initialDelayMs: 1, maxDelayMs: 1 };
  return kalshiSource({ ...venue, clock, intervalMs: 15, retry });
}

/** Polls every unit once; cursors are those of the round before. */
export async function round(source: Source, before: readonly Poll[] = []): Promise<Poll[]> {
  const polls: Poll[] = [];
  for (const [index, unit] of source.units.entries()) {
    polls.push(await unit.poll(context({ cursor: before[index]?.cursor ?? null })));
  }
  return polls;
}

/** How a round went, by unit: what it brought, or how it failed. */
export type Tried = Readonly<Record<string, Poll | UpstreamError>>;

/** Rounds in which units may fail; cursors are kept as the poller keeps them. */
export class Rounds {
  readonly #source: Source;
  readonly #cursors = new Map<string, string>();

  constructor(source: Source) {
    this.#source = source;
  }

  /** Polls every unit once, whatever happens to the others. */
  async next(options: Partial<PollContext> = {}): Promise<Tried> {
    const tried: Record<string, Poll | UpstreamError> = {};
    for (const { name, poll } of this.#source.units) {
      try {
        const done = await poll(context({ ...options, cursor: this.#cursors.get(name) ?? null }));
        this.#cursors.set(name, done.cursor);
        tried[name] = done;
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        tried[name] = error;
      }
    }
    return tried;
  }
}

/** How each unit failed, or how many events it brought. */
export function outcomes(tried: Tried): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(tried).map(([name, result]) => [
      name,
      result instanceof UpstreamError ? result.errorClass : result.events.length,
    ]),
  );
}

/** Events of a type, of all units that worked. */
export function ofType(results: readonly (Poll | UpstreamError)[], type: Candidate["type"]) {
  return results.flatMap((result) =>
    result instanceof UpstreamError ? [] : result.events.filter((event) => event.type === type)
  );
}

/** Subaccounts of the observations of a type, each with `+` where bracketed and `-` where not. */
export function observed(tried: Tried, what: "cash" | "portfolio" | "positions"): string[] {
  const events = Object.values(tried).flatMap((result) =>
    result instanceof UpstreamError ? [] : result.events
  );
  return events.flatMap(({ type, subject, data }) =>
    type.startsWith(`pnl.kalshi.${what}.`) && "bracketed" in data
      ? [`${subject}${data.bracketed ? "+" : "-"}`]
      : []
  );
}

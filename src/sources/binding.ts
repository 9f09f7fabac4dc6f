/** What a log is bound to: each source's upstream and account, from its first event on. */
import { EVENT_DATA, type FactCandidate } from "../pnl/event.ts";
import type { EventLog } from "../log/event_log.ts";
import type { Binding, Source } from "./source.ts";

/** The origin of stand-in upstreams. */
export const SANDBOX_ORIGIN = "sandbox";

/** The configuration contradicts what the log is bound to. */
export class BindingError extends Error {
  readonly code = "binding_contradicted";
  constructor(
    readonly source: string,
    readonly expected: string,
    readonly actual: string,
  ) {
    super(
      `Cannot poll ${source}: this log is bound to ${expected}, the configuration says ${actual}. ` +
        "Use another data directory for another account",
    );
    this.name = "BindingError";
  }
}

/** What the bindings are checked with. */
export interface BindingDeps {
  readonly sources: readonly Source[];
  readonly log: EventLog;
  readonly signal: AbortSignal;
}

/**
 * Holds every source against what the log is bound to. Nothing is written.
 *
 * @returns the bindings by source: as the log has them, where a `since` once recorded stays; else as they
 * are to be recorded
 * @throws {BindingError}
 */
export async function checkBindings(deps: BindingDeps): Promise<ReadonlyMap<Source, Binding>> {
  const bindings = new Map<Source, Binding>();
  const bound = boundOrigins(deps.log);
  for (const source of deps.sources) {
    const configured = await source.binding(deps.signal);
    const recorded = bound.get(source.source) ?? null;
    if (recorded !== null) contradiction(source.name, recorded, configured);
    for (const other of [...bound.values(), ...bindings.values()]) {
      mixture(source.name, other, configured);
    }
    bindings.set(source, recorded ?? configured);
  }
  return bindings;
}

/**
 * Binds the sources that are new to the log, all in one batch.
 *
 * @param now Unix milliseconds
 * @throws {LogFailedError}
 */
export function bindMissing(
  log: EventLog,
  bindings: ReadonlyMap<Source, Binding>,
  now: number,
): void {
  const bound = boundOrigins(log);
  const missing = [...bindings]
    .filter(([source]) => !bound.has(source.source))
    .map(([source, binding]) => boundEvent(source, binding, now));
  if (missing.length > 0) log.append(missing);
}

function contradiction(name: string, recorded: Binding, configured: Binding): void {
  if (recorded.origin === configured.origin && recorded.account === configured.account) return;
  throw new BindingError(name, described(recorded), described(configured));
}

/** Sandbox events never enter a live log, nor the other way round, whichever source brings them. */
function mixture(name: string, other: Binding, configured: Binding): void {
  if ((other.origin === SANDBOX_ORIGIN) === (configured.origin === SANDBOX_ORIGIN)) return;
  throw new BindingError(name, described(other), described(configured));
}

function described(binding: Binding): string {
  return `${binding.origin} (account ${JSON.stringify(binding.account)})`;
}

function boundOrigins(log: EventLog): Map<string, Binding> {
  const bound = new Map<string, Binding>();
  // A source is bound once; there are fewer sources than this.
  for (const { line } of log.read({ type: "pnl.source.bound.v1", limit: 100 })) {
    const event = JSON.parse(line) as { readonly source: string; readonly data: unknown };
    bound.set(event.source, EVENT_DATA["pnl.source.bound.v1"].parse(event.data));
  }
  return bound;
}

function boundEvent(source: Source, binding: Binding, now: number): FactCandidate {
  return {
    kind: "fact",
    source: source.source,
    type: "pnl.source.bound.v1",
    id: "bound",
    subject: source.name,
    time: new Date(now).toISOString(),
    data: { ...binding },
  };
}

/** Metrics of the log and of what is folded from it. */
import type { EventCount } from "../log/event_log.ts";
import { LogLag } from "../log/log_lag.ts";
import type { Exposition, Sample } from "../metrics/exposition.ts";
import { SOURCE_NAMES } from "../pnl/sources.ts";
import type { AppDeps } from "./deps.ts";
import { EventFacets } from "./events_facets.ts";
import { known } from "./known.ts";

/** The first count of a long log takes seconds; a scrape waits so long for it, milliseconds. */
const COUNT_MS = 250;

/** True where it was counted. Counts are as they were where the log cannot be read: `/health` says that. */
async function inTime(counted: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), COUNT_MS);
  });
  const isCounted = await Promise.race([counted.then(() => true, () => false), deadline]);
  clearTimeout(timer);
  return isCounted;
}

/** What the newest snapshot says of itself, as far as it is measured. */
interface Said {
  readonly quality: {
    readonly complete: boolean;
    readonly late: number;
    readonly rejected: number;
    readonly quarantined: number;
  };
  readonly components: {
    readonly kalshi: {
      readonly unreconciled: { readonly cash: string; readonly realizedPnl: string } | null;
    };
  };
}

function snapshotMetrics(out: Exposition, json: string): void {
  const { quality, components }: Said = JSON.parse(json);
  const { unreconciled } = components.kalshi;
  out.gauge("pnl_snapshot_complete", "1 where the newest snapshot lacks nothing.", [
    [{}, quality.complete],
  ]);
  out.gauge("pnl_snapshot_quarantined_events", "Events that could not be folded.", [
    [{}, quality.quarantined],
  ]);
  out.gauge("pnl_snapshot_rejected_rows", "Rows of upstreams that are not in the figures.", [
    [{}, quality.rejected],
  ]);
  out.gauge("pnl_snapshot_late_events", "Events that were recorded after later ones.", [
    [{}, quality.late],
  ]);
  // A figure for an alert, not for the books: those are exact, in the API.
  out.gauge("pnl_unreconciled_dollars", "What the venue reports and the events do not explain.", [
    [{ figure: "cash" }, unreconciled === null ? null : Number(unreconciled.cash)],
    [{ figure: "realized_pnl" }, unreconciled === null ? null : Number(unreconciled.realizedPnl)],
  ]);
}

/** Writes metrics of one node's log and projection. */
export class LogMetrics {
  readonly #deps: AppDeps;
  readonly #facets: EventFacets | null;
  readonly #lag: LogLag | null;
  /** The whole log was counted once. */
  #isCounted = false;

  constructor(deps: AppDeps) {
    const { log, clock, projection } = deps;
    this.#deps = deps;
    this.#facets = log === null ? null : new EventFacets(log, clock);
    this.#lag = log === null
      ? null
      : new LogLag({ log, clock, position: () => projection.position });
  }

  /** Writes them as of now. */
  async write(out: Exposition): Promise<void> {
    if (this.#facets !== null) {
      if (await inTime(this.#facets.read())) this.#isCounted = true;
      this.#events(out, this.#facets);
    }
    this.#projection(out);
    const current = known(() => this.#deps.projection.current());
    if (current !== null) snapshotMetrics(out, current.json);
  }

  #events(out: Exposition, facets: EventFacets): void {
    const counts = facets.counts();
    out.counter(
      "pnl_log_events_total",
      "Events in the log, since its beginning.",
      counts.map(({ source, type, count }): Sample => [{ source, type }, count]),
    );
    out.counter(
      "pnl_log_rows_rejected_total",
      "Rows that could not be taken, since the log's beginning.",
      this.#isCounted ? rejectedOf(counts) : [],
    );
  }

  #projection(out: Exposition): void {
    const { log, projection, operations, confirmedAgeMs } = this.#deps;
    const lag = this.#lag;
    const confirmed = known(confirmedAgeMs);
    out.gauge("pnl_log_position", "Position of the last event of the log.", [
      [{}, known(() => log?.head().position ?? null)],
    ]);
    out.gauge("pnl_projection_position", "Position of the last event folded.", [
      [{}, projection.position],
    ]);
    out.gauge("pnl_projection_lag_events", "Events of the log that are not folded.", [
      [{}, lag === null ? null : known(() => lag.events)],
    ]);
    out.gauge("pnl_projection_lag_seconds", "Age of the oldest event that is not folded.", [
      [{}, lag === null ? null : known(() => lag.seconds)],
    ]);
    const states = ["running", "rebuilding", "failed"];
    out.state("pnl_projection_state", "What the fold does.", states, projection.state.status);
    out.gauge(
      "pnl_confirmed_age_seconds",
      "How long ago the writer was known to be at the end of its log.",
      [[{}, confirmed === null ? null : confirmed / 1000]],
    );
    out.histogram("pnl_window_close_delay_seconds", "How long after its end a window was final.", [
      [{}, operations.closeDelays.read()],
    ]);
  }
}

/**
 * Rows rejected, of each source: of one that none was rejected of, too, for of a series that begins with
 * the first Prometheus would see no increase.
 */
function rejectedOf(counts: readonly EventCount[]): Sample[] {
  const rejected = counts.filter(({ type }) => type === "pnl.source.rejected.v1");
  return SOURCE_NAMES.map((name): Sample => {
    const source = `/${name}`;
    return [{ source }, rejected.find((each) => each.source === source)?.count ?? 0];
  });
}

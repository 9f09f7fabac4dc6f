/** Metrics of the live streams, and of the read path. */
import type { Exposition, Sample } from "../metrics/exposition.ts";
import type { AppDeps } from "./deps.ts";

/** Writes those of the streams. */
export function streamMetrics(out: Exposition, { hub }: AppDeps): void {
  const stats = hub.stats();
  const { websocket, sse } = stats.connections;
  out.gauge("pnl_stream_connections", "Streams that are open.", [
    [{ transport: "websocket" }, websocket],
    [{ transport: "sse" }, sse],
  ]);
  out.gauge("pnl_stream_closing", "Open streams that were told to go.", [[{}, stats.closing]]);
  out.counter("pnl_stream_accepted_total", "Streams that were opened.", [[{}, stats.accepted]]);
  out.counter("pnl_stream_closed_total", "Streams that were opened and are gone.", [
    [{}, stats.accepted - websocket - sse],
  ]);
  out.counter(
    "pnl_stream_refused_total",
    "Streams that were not opened, or were closed, by the limit that was reached.",
    Object.entries(stats.refused).map(([limit, count]): Sample => [{ limit }, count]),
  );
  out.counter("pnl_stream_snapshots_sent_total", "Snapshots sent to clients.", [[{}, stats.sent]]);
  out.counter("pnl_stream_snapshots_conflated_total", "Snapshots a newer one replaced unsent.", [
    [{}, stats.conflated],
  ]);
  out.counter("pnl_stream_resets_total", "Clients told that their gap cannot be filled.", [
    [{}, stats.resets],
  ]);
  out.counter("pnl_stream_late_total", "Acknowledgements that became overdue.", [
    [{}, stats.lateTimes],
  ]);
  out.counter("pnl_stream_holds_total", "Connections held because too much waited.", [
    [{}, stats.holds],
  ]);
  out.gauge("pnl_stream_held", "Connections that are held now.", [[{}, stats.held]]);
  out.gauge("pnl_stream_buffered_bytes", "Bytes that wait in the process for clients.", [
    [{}, stats.bufferedBytes],
  ]);
  out.gauge("pnl_stream_acknowledging", "Clients that acknowledge what they get.", [
    [{}, stats.acknowledging],
  ]);
  out.gauge("pnl_stream_overdue", "Clients whose acknowledgement is overdue.", [[{}, stats.late]]);
  out.histogram(
    "pnl_stream_age_seconds",
    "Age of what acknowledging clients have, of each at each second.",
    [[{}, hub.ages]],
  );
}

/** Writes those of the read path's tiers. */
export function tierMetrics(out: Exposition, { readPath }: AppDeps): void {
  const tiers = Object.entries(readPath.stats());
  out.counter(
    "pnl_tier_reads_total",
    "What each tier of the read path was asked.",
    tiers.flatMap(([tier, { hits, misses, errors }]): Sample[] => [
      [{ tier, result: "hit" }, hits],
      [{ tier, result: "miss" }, misses],
      [{ tier, result: "error" }, errors],
    ]),
  );
  out.gauge(
    "pnl_tier_entries",
    "Entries that a tier holds.",
    tiers.map(([tier, { entries }]): Sample => [{ tier }, entries]),
  );
  const seconds = (ms: number | null) => ms === null ? null : ms / 1000;
  out.gauge(
    "pnl_tier_latency_seconds",
    "Latency of a tier's last 1,024 reads.",
    tiers.flatMap(([tier, { latency }]): Sample[] => [
      [{ tier, percentile: "50" }, seconds(latency.p50)],
      [{ tier, percentile: "99" }, seconds(latency.p99)],
    ]),
  );
}

/** What tests of the poller run in. */
import { MemoryEventLog } from "../log/memory_event_log.ts";
import type { RecordedEvent } from "../pnl/event.ts";
import { Poller, type PollerOptions } from "./poller.ts";
import type { Source } from "./source.ts";
import { StateStore } from "./state_store.ts";
import { eventsOf, OffsetClock } from "./testing.ts";

/** What a test of the poller has: a log and a state in a folder of its own. */
export interface Place {
  readonly clock: OffsetClock;
  readonly log: MemoryEventLog;
  readonly state: StateStore;
  poller(sources: readonly Source[], options?: Partial<PollerOptions>): Poller;
}

/** Runs a test in a place of its own; its pollers are stopped after. */
export async function place(work: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const clock = new OffsetClock();
  const log = new MemoryEventLog({ clock });
  const state = await StateStore.open({ path: `${folder}/state.db` });
  const running: Poller[] = [];
  try {
    await work({
      clock,
      log,
      state,
      poller: (sources, options = {}) => {
        const made = new Poller({
          sources,
          log,
          state,
          clock,
          breakerThreshold: 3,
          breakerResetMs: 60,
          ...options,
        });
        running.push(made);
        return made;
      },
    });
  } finally {
    for (const each of running) await each.stop();
    state[Symbol.dispose]();
    await Deno.remove(folder, { recursive: true });
  }
}

/** The breaker's walk, as the log has it. */
export function walk(log: MemoryEventLog): string[] {
  return eventsOf(log).flatMap((event: RecordedEvent) =>
    event.type === "pnl.source.degraded.v1" || event.type === "pnl.source.recovered.v1"
      ? [`${event.data.state} ${event.data.errorClass} ${event.data.consecutiveFailures}`]
      : []
  );
}

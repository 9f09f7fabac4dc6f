/** The sources, asked for again and again while the page is seen. */
import { type Answer, useJson } from "../api.ts";
import { useTicks } from "../ticks.ts";
import { readSources, type SourcesHealth } from "./source_health.ts";

const ASK_MS = 2_000;
const TICK_MS = 1_000;

/** How the sources are; what was known stays where the server does not answer. */
export function useSources(): Answer<SourcesHealth> {
  return useJson("health", useTicks(ASK_MS), readSources);
}

/** The server's time, milliseconds since the epoch; another each second. */
export function useServerNow(skewMs: number): number {
  useTicks(TICK_MS);
  return Date.now() + skewMs;
}

/** The sources, asked for again and again while the page is seen. */
import { useEffect, useState } from "react";
import { type Answer, useJson } from "../api.ts";
import { readSources, type SourcesHealth } from "./source_health.ts";

const ASK_MS = 2_000;
const TICK_MS = 1_000;

/** Changes at an interval, while the page is seen. */
function useTicks(everyMs: number): number {
  const [ticks, setTicks] = useState(0);
  useEffect(() => {
    const tick = () => {
      if (document.visibilityState === "visible") setTicks((count) => count + 1);
    };
    const timer = setInterval(tick, everyMs);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }, [everyMs]);
  return ticks;
}

/** How the sources are; what was known stays where the server does not answer. */
export function useSources(): Answer<SourcesHealth> {
  return useJson("health", useTicks(ASK_MS), readSources);
}

/** The server's time, milliseconds since the epoch; another each second. */
export function useServerNow(skewMs: number): number {
  useTicks(TICK_MS);
  return Date.now() + skewMs;
}

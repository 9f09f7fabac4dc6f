/** Something that is done again and again while the page is seen. */
import { useEffect, useState } from "react";

/**
 * A number that changes at an interval while the page is seen, and when it is seen again.
 *
 * @param everyMs milliseconds
 */
export function useTicks(everyMs: number): number {
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

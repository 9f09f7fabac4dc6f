/** The machine's clock. */
import type { Clock } from "../pnl/clock.ts";

/** Wall clock and monotonic clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

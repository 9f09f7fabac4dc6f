import { getLogger, type Logger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import { defaultAnswer } from "./default_answer.ts";
import { MemoryTier } from "./memory_tier.ts";
import type { Projector } from "./projector.ts";
import { ReadPath } from "./read_path.ts";
import { SqliteTier } from "./sqlite_tier.ts";
import { tierFailures } from "./tier_failures.ts";
import type { Tier } from "./tier.ts";

/** Options of {@link openReadPath}. */
export interface OpenReadPathOptions {
  readonly projector: Projector;
  readonly clock: Clock;
  /** Tiers between memory and SQLite, in order. */
  readonly between?: readonly Tier[];
  readonly logger?: Logger;
}

/** A read path that follows a projector. */
export interface OpenedReadPath {
  readonly readPath: ReadPath;
  /** Ends the following. */
  stop(): void;
}

/**
 * Joins the tiers of a process that has a projection: memory ▸ those between ▸ SQLite ▸ default. Each
 * new frame is put into memory; when the projection goes on with another build, memory is emptied. Where
 * SQLite fails, what it alone holds is not answered by a default: reading it throws what went wrong there.
 */
export function openReadPath(options: OpenReadPathOptions): OpenedReadPath {
  const { projector, clock, between = [], logger = getLogger(["pnl", "read-path"]) } = options;
  const memory = new MemoryTier();
  const readPath = new ReadPath([memory, ...between, new SqliteTier(projector)], {
    epoch: () => projector.epoch,
    clock,
    fallback: (key, failure) => {
      // An empty page or a breakdown of zeros would say that there is nothing, which is not known.
      if (failure !== null) throw failure;
      return defaultAnswer(key, projector.windowMs);
    },
    onError: tierFailures(logger),
  });
  let build = projector.build;
  const stop = projector.subscribe((frame) => {
    if (projector.build !== build) memory.clear();
    build = projector.build;
    readPath.observe(frame);
  });
  return { readPath, stop };
}

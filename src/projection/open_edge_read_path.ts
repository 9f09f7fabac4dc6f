import { getLogger, type Logger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import type { RedisModels } from "../redis/models.ts";
import { defaultAnswer } from "./default_answer.ts";
import type { EdgeProjection } from "./edge_projection.ts";
import { MemoryTier } from "./memory_tier.ts";
import { isHistoryKey } from "./read_model.ts";
import { ReadPath } from "./read_path.ts";
import { RedisTier } from "./redis_tier.ts";
import type { Answer } from "./tier.ts";

/** What was asked for is kept by the writer alone. */
export class NotOnThisNodeError extends Error {
  readonly code = "not_on_this_node";
  /** @param writer where the writer listens; null where that is not known */
  constructor(readonly what: string, readonly writer: string | null) {
    super(
      `Cannot read ${what} on an edge: ask the writer${writer === null ? "" : ` at ${writer}`}`,
    );
    this.name = "NotOnThisNodeError";
  }
}

/** The read path of an edge. */
class EdgeReadPath extends ReadPath {
  readonly #writer: () => string | null;

  constructor(writer: () => string | null, ...of: ConstructorParameters<typeof ReadPath>) {
    super(...of);
    this.#writer = writer;
  }

  override read(key: string): Answer | Promise<Answer> {
    if (!isHistoryKey(key)) return super.read(key);
    return Promise.reject(new NotOnThisNodeError("history", this.#writer()));
  }
}

/** Options of {@link openEdgeReadPath}. */
export interface OpenEdgeReadPathOptions {
  readonly edge: EdgeProjection;
  readonly models: RedisModels;
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** A read path that follows an edge. */
export interface OpenedEdgeReadPath {
  /** Pages of history are rejected with {@link NotOnThisNodeError}. */
  readonly readPath: ReadPath;
  readonly redis: RedisTier;
  /** Ends the following. */
  stop(): void;
}

/**
 * Joins the tiers of a process without a log: memory ▸ Redis ▸ default. Each new frame is put into memory;
 * when the edge begins anew, memory is emptied and what was shown counts no more.
 */
export function openEdgeReadPath(options: OpenEdgeReadPathOptions): OpenedEdgeReadPath {
  const { edge, models, clock, logger = getLogger(["pnl", "read-path"]) } = options;
  const memory = new MemoryTier();
  const epoch = () => edge.epoch;
  const redis = new RedisTier({ models, branch: () => edge.branch, epoch, clock });
  const readPath = new EdgeReadPath(() => edge.writer?.address ?? null, [memory, redis], {
    epoch,
    clock,
    fallback: (key) => defaultAnswer(key, edge.windowMs),
    onError: (tier, key, error) =>
      logger.warn("A tier of the read path failed", { tier, key, error }),
  });
  const endRestarts = edge.onRestart(() => {
    memory.clear();
    readPath.forget();
  });
  const unsubscribe = edge.subscribe((frame) => readPath.observe(frame));
  const current = edge.current();
  if (current !== null) readPath.observe(current);
  return {
    readPath,
    redis,
    stop: () => {
      endRestarts();
      unsubscribe();
    },
  };
}

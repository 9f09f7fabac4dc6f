import { getLogger, type Logger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import type { RedisModels } from "../redis/models.ts";
import { defaultAnswer } from "./default_answer.ts";
import type { EdgeProjection } from "./edge_projection.ts";
import { MemoryTier } from "./memory_tier.ts";
import { BREAKDOWN, isHistoryKey } from "./read_model.ts";
import { ReadPath, type ReadPathOptions } from "./read_path.ts";
import { RedisTier } from "./redis_tier.ts";
import { tierFailures } from "./tier_failures.ts";
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

/**
 * The read path of an edge. Snapshot and breakdown come to it separately: where the breakdown of the newest
 * snapshot cannot be had, the last one that was is answered, with the position that it is of.
 */
class EdgeReadPath extends ReadPath {
  readonly #edge: EdgeProjection;
  readonly #memory: MemoryTier;

  constructor(
    edge: EdgeProjection,
    memory: MemoryTier,
    redis: RedisTier,
    options: ReadPathOptions,
  ) {
    super([memory, redis], options);
    this.#edge = edge;
    this.#memory = memory;
  }

  override read(key: string): Answer | Promise<Answer> {
    if (key === BREAKDOWN) return this.#readBreakdown();
    if (!isHistoryKey(key)) return super.read(key);
    return Promise.reject(new NotOnThisNodeError("history", this.#edge.writer?.address ?? null));
  }

  async #readBreakdown(): Promise<Answer> {
    const answer = await super.read(BREAKDOWN);
    if (answer.from !== "default") return answer;
    const last = this.#memory.get(BREAKDOWN);
    return last?.epoch === this.#edge.epoch ? { from: "memory", entry: last } : answer;
  }
}

/** Fetches the breakdown that came with the newest snapshot, one question at a time. */
class BreakdownFetch {
  readonly #edge: EdgeProjection;
  readonly #models: RedisModels;
  readonly #memory: MemoryTier;
  #running = false;
  #again = false;

  constructor(edge: EdgeProjection, models: RedisModels, memory: MemoryTier) {
    this.#edge = edge;
    this.#models = models;
    this.#memory = memory;
  }

  async run(): Promise<void> {
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    while (this.#again) {
      this.#again = false;
      try {
        const found = await this.#models.breakdown();
        const { branch, epoch } = this.#edge;
        if (found === null || found.branch !== branch || found.epoch !== epoch) continue;
        this.#memory.set(BREAKDOWN, { epoch, offset: found.offset, json: found.json });
      } catch {
        // Whoever asks for it asks Redis again, and is told why it cannot be had.
      }
    }
    this.#running = false;
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
  const readPath = new EdgeReadPath(edge, memory, redis, {
    epoch,
    clock,
    fallback: (key) => defaultAnswer(key, edge.windowMs),
    onError: tierFailures(logger),
  });
  const fetch = new BreakdownFetch(edge, models, memory);
  const endRestarts = edge.onRestart(() => {
    memory.clear();
    readPath.forget();
  });
  const unsubscribe = edge.subscribe((frame) => {
    readPath.observe(frame);
    void fetch.run();
  });
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

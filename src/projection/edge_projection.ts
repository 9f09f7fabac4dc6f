import { getLogger, type Logger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import type { RedisConnection } from "../redis/connection.ts";
import type { Heartbeat, SnapshotRecord } from "../redis/records.ts";
import { type Heard, SnapshotFollower, type SnapshotSink } from "../redis/snapshot_follower.ts";
import type { Place } from "../redis/snapshot_reader.ts";
import type { SourceStatus } from "../sources/status.ts";
import { EdgeFrames } from "./edge_frames.ts";
import { EdgeHeartbeats } from "./edge_heartbeats.ts";
import type { Frame } from "./frame.ts";
import { Listeners } from "./listeners.ts";
import type { Projection } from "./projection.ts";

/** Options of {@link EdgeProjection}. */
export interface EdgeProjectionOptions {
  readonly redis: RedisConnection;
  readonly clock: Clock;
  /** Length of a window and of an interval, milliseconds, until the writer's are known. */
  readonly windowMs: number;
  readonly intervalMs: number;
  readonly logger?: Logger;
}

/** The epoch while none is known: positions of it are resumed nowhere. */
const NO_EPOCH = "0".repeat(16);

/**
 * The snapshots of a writer on another machine, as they come through Redis: the same epoch, the same
 * offsets, the same bytes.
 *
 * Frames are told with rising offsets, whatever Redis gives twice, out of order or late. Where they do not
 * continue what was shown (another branch, another epoch, finals that were missed), those who listen to
 * restarts are told first.
 */
export class EdgeProjection implements Projection {
  readonly finalsTier = "memory";
  readonly trails = true;
  readonly #options: EdgeProjectionOptions;
  readonly #logger: Logger;
  readonly #frames = new EdgeFrames();
  readonly #heartbeats = new EdgeHeartbeats();
  readonly #listeners: Listeners;
  readonly #restarts = new Set<() => void>();

  constructor(options: EdgeProjectionOptions) {
    this.#options = options;
    this.#logger = options.logger ?? getLogger(["pnl", "edge"]);
    this.#listeners = new Listeners(this.#logger);
  }

  get epoch(): string {
    return this.#frames.place?.epoch ?? NO_EPOCH;
  }

  /** The branch that is followed; null before any. */
  get branch(): string | null {
    return this.#frames.place?.branch ?? null;
  }

  get windowMs(): number {
    return this.writer?.windowMs ?? this.#options.windowMs;
  }

  /** How often the writer says that it is alive, milliseconds. */
  get intervalMs(): number {
    return this.writer?.intervalMs ?? this.#options.intervalMs;
  }

  get position(): number {
    return this.current()?.position ?? 0;
  }

  get state(): Projection["state"] {
    return this.current() === null
      ? { status: "rebuilding", reason: "waiting for the writer's first snapshot" }
      : { status: "running" };
  }

  get completeAfter(): number {
    return this.#frames.completeAfter;
  }

  /**
   * How long ago the writer was known to be at the end of its log with no more than is here, milliseconds;
   * null before that was ever known. It grows while the writer or Redis is silent.
   */
  get confirmedAgeMs(): number | null {
    return this.#heartbeats.confirmedAgeMs(this.#options.clock.monotonic());
  }

  /** What the writer last said of itself; null before it was heard. */
  get writer(): Heartbeat | null {
    return this.#heartbeats.writer;
  }

  /** The sources as the writer last saw them. */
  statuses(): SourceStatus[] {
    return this.#heartbeats.statuses();
  }

  current(): Frame | null {
    return this.#frames.current;
  }

  streamed(): Frame | null {
    return this.current();
  }

  finalsAfter(offset: number, limit: number): readonly Frame[] {
    return this.#frames.finalsAfter(offset, limit);
  }

  subscribe(listener: (frame: Frame) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Calls the listener before frames come that do not continue those before. Returns what ends that. */
  onRestart(listener: () => void): () => void {
    const own = () => listener();
    this.#restarts.add(own);
    return () => void this.#restarts.delete(own);
  }

  /** Follows Redis until the signal. What fails is said, and tried again. */
  run(signal: AbortSignal): Promise<void> {
    const sink: SnapshotSink = {
      begin: (place, records) => this.#begin(place, records),
      take: (record) => this.#take(record),
      hear: (heard) => this.#hear(heard),
    };
    const { redis, clock } = this.#options;
    const intervalMs = () => this.intervalMs;
    return new SnapshotFollower({ redis, sink, intervalMs, clock }).run(signal);
  }

  #begin(place: Place, records: readonly SnapshotRecord[]): void {
    this.#logger.info("The snapshots of branch {branch}, epoch {epoch} are followed", { ...place });
    this.#frames.begin(place, records);
    this.#heartbeats.begin();
    this.#restart();
    const { current } = this.#frames;
    if (current !== null) this.#listeners.tell(current);
  }

  #take(record: SnapshotRecord): void {
    const { frame, broken } = this.#frames.take(record);
    if (frame === null) return;
    if (broken) {
      this.#logger.warn("Final snapshots before offset {offset} were missed in Redis", {
        offset: frame.offset,
      });
      this.#restart();
    }
    this.#heartbeats.reach(frame.offset);
    this.#listeners.tell(frame);
  }

  #hear(heard: Heard): void {
    const offset = this.current()?.offset ?? 0;
    const { clock } = this.#options;
    this.#heartbeats.take(heard, offset, clock.now() - (clock.monotonic() - heard.heardAt));
  }

  #restart(): void {
    for (const listener of this.#restarts) {
      try {
        listener();
      } catch (error) {
        this.#logger.error("A listener of the edge failed", { error });
      }
    }
  }
}

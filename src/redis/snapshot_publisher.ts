/**
 * Brings the snapshots into Redis. It keeps none: after an outage it reads from the projection again what
 * the stream lacks, so that nothing grows while Redis is away.
 */
import { getLogger, type Logger } from "@logtape/logtape";
import type { EventLog } from "../log/event_log.ts";
import { Wakeup } from "../log/subscription.ts";
import type { RedisConnection } from "./connection.ts";
import type { WriterIdentity } from "./identity.ts";
import { publishSnapshots, type SnapshotBatch, type SourceFrame } from "./publish_snapshots.ts";
import { snapshotId } from "./records.ts";
import { OutOfPlaceError, type WriteContext } from "./scripts.ts";
import {
  inspectSnapshots,
  KEPT_FINALS,
  KEPT_PROVISIONALS,
  snapshotFault,
} from "./snapshot_stream.ts";

/** Where the snapshots come from; `Projector` is one. */
export interface SnapshotSource {
  readonly epoch: string;
  /** While it does not run, its newest snapshot may be ahead of the finals that it has stored. */
  readonly state: { readonly status: string };
  /** The snapshot of the open window; null before the first event. */
  current(): SourceFrame | null;
  /** The breakdown that adds up to {@link current}. */
  breakdown(): { readonly offset: number; readonly json: string } | null;
  /** Finals with an offset above this one, oldest first. */
  finalsAfter(offset: number, limit: number): readonly SourceFrame[];
  /** The newest finals, oldest first. */
  newestFinals(limit: number): readonly SourceFrame[];
  /** Calls the listener at each new snapshot. Returns what ends that. */
  subscribe(listener: () => void): () => void;
}

/** Options of {@link SnapshotPublisher}. */
export interface SnapshotPublisherOptions {
  readonly redis: RedisConnection;
  readonly identity: WriterIdentity;
  readonly source: SnapshotSource;
  readonly log: Pick<EventLog, "rootAt">;
  /** The newest snapshot is written again after this long without another, milliseconds. */
  readonly intervalMs: number;
  /** The stream is looked at this often although nothing is wrong, milliseconds; default 60,000. */
  readonly checkMs?: number;
  readonly logger?: Logger;
}

/** Finals a script; together with the breakdown that is well below a megabyte. */
const PAGE = 100;
/** The stream is looked at this often although nothing is wrong, milliseconds. */
const CHECK_MS = 60_000;

/** How far the stream is. */
interface Place {
  readonly context: WriteContext;
  /** Offset of the final before the next one to publish; 0 where none is. */
  final: number;
  /** Offset that the stream has reached. */
  last: number;
  /** Offsets of the provisional snapshots since the last final, oldest first. */
  readonly open: number[];
  /** The stream has to begin anew with what is published next. */
  anew: boolean;
}

/** Publishes the snapshots of one projection, one script at a time. */
export class SnapshotPublisher {
  readonly #options: SnapshotPublisherOptions;
  readonly #logger: Logger;
  #offset: number | null = null;

  constructor(options: SnapshotPublisherOptions) {
    this.#options = options;
    this.#logger = options.logger ?? getLogger(["pnl", "redis"]);
  }

  /** Offset of the newest snapshot that is in Redis as far as is known; null before {@link run} brought one. */
  get offset(): number | null {
    return this.#offset;
  }

  /**
   * Brings what the stream lacks, then each snapshot as it comes, until the signal. While a script is under
   * way provisional snapshots are not waited for: the newest goes next.
   *
   * @throws {RedisFailedError} where Redis refused or did not answer; nothing is lost by beginning again
   * @throws {LeaseHeldError}
   * @throws {BranchLostError}
   * @throws {OutOfPlaceError} where somebody else changed the stream
   */
  async run(branch: string, signal: AbortSignal): Promise<void> {
    const { source, intervalMs, checkMs = CHECK_MS } = this.#options;
    this.#offset = null;
    const wakeup = new Wakeup();
    let isNews = true;
    const unsubscribe = source.subscribe(() => {
      isNews = true;
      wakeup.wake();
    });
    try {
      let place: Place | null = null;
      let lookedAt = -Infinity;
      while (!signal.aborted) {
        // What the stream holds is only held against a projection that is at the end of its log.
        if (this.#isRunning && performance.now() - lookedAt > checkMs) {
          place = await this.#open(branch);
          lookedAt = performance.now();
        }
        isNews = false;
        while (!signal.aborted && place !== null && await this.#publish(place));
        // Even without news it is written now and then: somebody may have deleted it.
        if (!isNews) await wakeup.wait(signal, intervalMs);
      }
    } finally {
      unsubscribe();
    }
  }

  get #isRunning(): boolean {
    return this.#options.source.state.status === "running";
  }

  async #open(branch: string): Promise<Place> {
    const { redis, identity, source } = this.#options;
    const context = { redis, identity, branch };
    const stream = await inspectSnapshots(context);
    // One more than is kept, for it is the one before the first that is published.
    const newest = source.newestFinals(KEPT_FINALS + 1).map(({ offset }) => offset);
    const before = newest.length > KEPT_FINALS ? newest[0]! : 0;
    const finals = before === 0 ? newest : newest.slice(1);
    const fault = snapshotFault(stream, {
      branch,
      epoch: source.epoch,
      finals,
      newest: source.current()?.offset ?? 0,
    });
    if (fault !== null) {
      this.#logger.warn("The snapshots in Redis begin anew: {fault}", { fault });
      return { context, final: before, last: 0, open: [], anew: true };
    }
    const offsets = stream.entries.map(({ offset }) => offset).filter((offset) => offset !== null);
    const final = offsets.findLast((offset) => offset % 2 === 1) ?? 0;
    return {
      context,
      final: Math.max(final, before),
      last: stream.last ?? 0,
      open: offsets.filter((offset) => offset > final),
      anew: false,
    };
  }

  /** Publishes a page of finals, or what finals are left and the newest. True where there is more. */
  async #publish(place: Place): Promise<boolean> {
    const { source } = this.#options;
    if (!this.#isRunning) return false;
    const finals = source.finalsAfter(place.final, PAGE);
    const isMore = finals.length === PAGE;
    const current = isMore ? null : source.current();
    const newest = current ?? finals.at(-1);
    if (newest === undefined) return false;
    const isNew = current !== null && (place.anew || current.offset > place.last);
    const dropped = place.open.length < KEPT_PROVISIONALS ? null : place.open.shift()!;
    const last = await publishSnapshots(place.context, {
      epoch: source.epoch,
      reached: place.anew ? null : place.last,
      added: chained(place.final, isNew ? [...finals, current] : finals),
      current,
      breakdown: current === null ? null : source.breakdown(),
      dropped,
      made: this.#made(newest),
    });
    place.anew = false;
    place.last = Math.max(place.last, newest.offset);
    const final = finals.at(-1);
    if (final !== undefined) {
      place.final = final.offset;
      place.open.length = 0;
    }
    if (isNew) place.open.push(newest.offset);
    if (last !== place.last) {
      throw new OutOfPlaceError(snapshotId(place.last), snapshotId(last));
    }
    this.#offset = place.last;
    return isMore;
  }

  #made({ offset }: SourceFrame): SnapshotBatch["made"] {
    const position = Math.floor(offset / 2);
    return { position, root: this.#options.log.rootAt(position) };
  }
}

/** Each with the offset of the final before it. */
function chained(before: number, frames: readonly SourceFrame[]): SnapshotBatch["added"] {
  return frames.map((frame, at) => ({ ...frame, previous: frames[at - 1]?.offset ?? before }));
}

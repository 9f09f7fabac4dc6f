/**
 * Brings the snapshots into Redis. It keeps none: after an outage it reads from the projection again what
 * the stream lacks, so that nothing grows while Redis is away.
 */
import { getLogger, type Logger } from "@logtape/logtape";
import type { EventLog } from "../log/event_log.ts";
import { Wakeup } from "../log/subscription.ts";
import type { RedisConnection } from "./connection.ts";
import type { WriterIdentity } from "./identity.ts";
import { formatModel, snapshotFields, snapshotId } from "./records.ts";
import { BranchLostError, OutOfPlaceError, runGuarded, type WriteContext } from "./scripts.ts";
import { FORSAKE_BRANCH, PUBLISH } from "./snapshot_scripts.ts";
import {
  inspectSnapshots,
  KEPT_FINALS,
  KEPT_PROVISIONALS,
  snapshotFault,
  type SnapshotStream,
} from "./snapshot_stream.ts";

/** A snapshot as the projection gives it. */
export interface SourceFrame {
  readonly epoch: string;
  readonly offset: number;
  readonly json: string;
}

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
  readonly log: Pick<EventLog, "id" | "contains" | "rootAt">;
  /** The newest snapshot is written again after this long without another, milliseconds. */
  readonly intervalMs: number;
  readonly logger?: Logger;
}

/** Finals a script; together with the breakdown that is well below a megabyte. */
const PAGE = 100;

/** How far the stream is. */
interface Place {
  readonly context: WriteContext;
  /** Offset of the final before the next one to publish; 0 where none is. */
  final: number;
  /** Offset that the stream has reached. */
  last: number;
  /** Ids of the provisional snapshots since the last final, oldest first. */
  readonly open: string[];
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

  /** Offset of the newest snapshot that is in Redis as far as is known; null before the first. */
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
    const { source, intervalMs } = this.#options;
    const wakeup = new Wakeup();
    let isNews = true;
    const unsubscribe = source.subscribe(() => {
      isNews = true;
      wakeup.wake();
    });
    try {
      const place = await this.#open(branch);
      while (!signal.aborted) {
        isNews = false;
        while (!signal.aborted && await this.#publish(place));
        // Even without news it is written now and then: somebody may have deleted it.
        if (!isNews) await wakeup.wait(signal, intervalMs);
      }
    } finally {
      unsubscribe();
    }
  }

  async #open(branch: string): Promise<Place> {
    const { redis, identity, source } = this.#options;
    const context = { redis, identity, branch };
    const stream = await inspectSnapshots(context);
    await this.#checkLineage(context, stream);
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
      open: offsets.filter((offset) => offset > final).map(snapshotId),
      anew: false,
    };
  }

  /**
   * The log may have been replaced by an older copy that went another way, at a moment when the stream of
   * events was behind the snapshots: then only these tell it, and another branch has to begin.
   */
  async #checkLineage(context: WriteContext, { lineage }: SnapshotStream): Promise<void> {
    const { log } = this.#options;
    if (lineage === null || log.contains({ logId: log.id, ...lineage })) return;
    this.#logger.warn(
      "The log does not hold what its snapshots in Redis were made of, at position {position}",
      { position: lineage.position },
    );
    await runGuarded(FORSAKE_BRANCH, context, [], []);
    throw new BranchLostError(context.branch, null);
  }

  /** Publishes a page of finals, or what finals are left and the newest. True where there is more. */
  async #publish(place: Place): Promise<boolean> {
    const { source } = this.#options;
    if (source.state.status !== "running") return false;
    const finals = source.finalsAfter(place.final, PAGE);
    const isMore = finals.length === PAGE;
    const current = isMore ? null : source.current();
    const newest = current ?? finals.at(-1);
    if (newest === undefined) return false;
    const [first] = finals;
    if (!place.anew && first !== undefined && first.offset <= place.last) {
      throw new OutOfPlaceError(snapshotId(first.offset), snapshotId(place.last));
    }
    const entries = finals.map((frame, at) => ({
      ...frame,
      previous: at === 0 ? place.final : finals[at - 1]!.offset,
    }));
    const isNew = current !== null && (place.anew || current.offset > place.last);
    const previous = finals.at(-1)?.offset ?? place.final;
    const added = isNew ? [...entries, { ...current, previous }] : entries;
    const last = await this.#run(place, { added, current, newest: newest.offset });
    this.#published(place, finals.at(-1)?.offset ?? null, isNew ? newest.offset : null);
    if (last !== snapshotId(Math.max(place.last, newest.offset))) {
      throw new OutOfPlaceError(snapshotId(newest.offset), last);
    }
    place.last = Math.max(place.last, newest.offset);
    this.#offset = place.last;
    return isMore;
  }

  #published(place: Place, final: number | null, provisional: number | null): void {
    place.anew = false;
    if (final !== null) {
      place.final = final;
      place.open.length = 0;
    }
    if (provisional !== null) place.open.push(snapshotId(provisional));
  }

  async #run(
    place: Place,
    { added, current, newest }: {
      readonly added: readonly (SourceFrame & { readonly previous: number | null })[];
      readonly current: SourceFrame | null;
      readonly newest: number;
    },
  ): Promise<string> {
    const { redis: { keys }, source, log } = this.#options;
    const { context: { branch }, anew, last, open } = place;
    const { epoch } = source;
    const dropped = open.length >= KEPT_PROVISIONALS ? open.shift()! : "";
    const breakdown = current === null ? null : source.breakdown();
    const position = Math.floor(newest / 2);
    const answer = await runGuarded(PUBLISH, place.context, [
      ...[keys.snapshots, keys.current, keys.breakdown],
    ], [
      ...[snapshotId(anew ? 0 : last), anew ? 1 : 0, KEPT_FINALS + KEPT_PROVISIONALS, dropped],
      ...[epoch, current === null ? "" : formatModel({ ...current, branch })],
      ...[
        current?.offset ?? 0,
        breakdown === null ? "" : formatModel({ ...breakdown, branch, epoch }),
      ],
      ...[breakdown?.offset ?? 0, position, log.rootAt(position)],
      ...added.flatMap((frame) => {
        const fields = snapshotFields({ ...frame, branch });
        return [snapshotId(frame.offset), fields.length, ...fields];
      }),
    ]);
    return String(answer[0]);
  }
}

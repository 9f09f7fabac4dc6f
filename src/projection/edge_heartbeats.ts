import { z } from "zod";
import { SOURCE_NAMES } from "../pnl/sources.ts";
import type { Heartbeat } from "../redis/records.ts";
import type { Heard } from "../redis/snapshot_follower.ts";
import type { SourceStatus } from "../sources/status.ts";

const time = z.iso.datetime();

const STATUS: z.ZodType<SourceStatus> = z.object({
  name: z.enum(SOURCE_NAMES),
  state: z.enum(["starting", "backfilling", "ok", "degraded", "stopped", "not_configured"]),
  intervalMs: z.number().nonnegative(),
  lastSuccessAt: time.nullable(),
  nextPollAt: time.nullable(),
  backfillRows: z.number().nonnegative(),
  breaker: z.object({
    state: z.enum(["CLOSED", "OPEN", "HALF_OPEN"]),
    consecutiveFailures: z.number().nonnegative(),
    openedAt: time.nullable(),
    nextAttemptAt: time.nullable(),
    lastError: z.object({ class: z.string(), message: z.string(), at: time }).nullable(),
  }),
});

/** Heartbeats that may wait for their snapshot. */
const MAX_WAITING = 8;
/** Clocks that differ by less are taken for the same: so much the way to Redis and back may make. */
const SAME_CLOCK_MS = 1_000;

/** What an edge knows of the writer, and how long ago that was. */
export class EdgeHeartbeats {
  /** The newest heartbeat heard. */
  #newest: Heard | null = null;
  /** When the newest one was first heard, by the monotonic clock. */
  #firstHeardAt = 0;
  /** The newest one whose snapshot is here. */
  #reached: Heard | null = null;
  /** Those after it, oldest first. */
  #waiting: Heard[] = [];
  /** The edge's wall clock less the writer's, milliseconds; 0 where they go together. */
  #skewMs = 0;
  #statuses: readonly SourceStatus[] = [];

  /** The newest heartbeat; null before any. */
  get writer(): Heartbeat | null {
    return this.#newest?.heartbeat ?? null;
  }

  /** Forgets what was confirmed: other snapshots are shown from now on. */
  begin(): void {
    this.#reached = null;
    this.#waiting = [];
  }

  /**
   * Takes a heartbeat, new or grown older.
   *
   * @param offset of the newest snapshot here
   * @param wallMs this machine's wall clock when it was heard
   */
  take(heard: Heard, offset: number, wallMs: number): void {
    const same = isSame(heard.heartbeat, this.#newest?.heartbeat);
    if (!same) this.#firstHeardAt = heard.heardAt;
    // Redis measures by its wall clock: where that is put back, the time since it came tells at least.
    const ageMs = Math.max(heard.ageMs, heard.heardAt - this.#firstHeardAt);
    const newest = { ...heard, ageMs };
    this.#newest = newest;
    if (!same) this.#read(newest, wallMs);
    this.#waiting = this.#waiting.filter(({ heartbeat }) => !isSame(heartbeat, heard.heartbeat));
    this.#waiting.push(newest);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.splice(0, 1);
    this.reach(offset);
  }

  /** A snapshot is here: heartbeats that came with it, or with an older one, confirm it. */
  reach(offset: number): void {
    while (this.#waiting.length > 0 && this.#waiting[0]!.heartbeat.offset <= offset) {
      this.#reached = this.#waiting.shift() ?? null;
    }
  }

  /** How long ago the writer was known to be at the end of its log, with no more than is here. */
  confirmedAgeMs(monotonic: number): number | null {
    if (this.#reached === null) return null;
    const { heartbeat, ageMs, heardAt } = this.#reached;
    if (heartbeat.confirmedAgeMs === null) return null;
    return Math.max(0, Math.round(heartbeat.confirmedAgeMs + ageMs + monotonic - heardAt));
  }

  /**
   * The sources as the writer saw them. Their ages go on growing without it: `lastSuccessAt` is a time.
   *
   * It is by this machine's clock: where the writer's differs by a second or more, it is moved by the
   * difference, which the heartbeat tells (the writer's time in it, and by Redis's clock how long ago
   * that was). So ages are right to about a second, whatever the three clocks show, while this one runs on
   * evenly; a step of it is noticed with the next heartbeat. The breaker's times stay the writer's.
   */
  statuses(): SourceStatus[] {
    return this.#statuses.map((status) => ({
      ...status,
      lastSuccessAt: moved(status.lastSuccessAt, this.#skewMs),
      nextPollAt: moved(status.nextPollAt, this.#skewMs),
    }));
  }

  #read({ heartbeat, ageMs }: Heard, wallMs: number): void {
    const skewMs = wallMs - (Date.parse(heartbeat.at) + ageMs);
    this.#skewMs = Math.abs(skewMs) < SAME_CLOCK_MS ? 0 : Math.round(skewMs);
    // A source that only a newer version knows is left out.
    this.#statuses = heartbeat.sources.map((source) => STATUS.safeParse(source).data)
      .filter((status) => status !== undefined);
  }
}

function isSame(one: Heartbeat, other: Heartbeat | undefined): boolean {
  return one.at === other?.at && one.branch === other.branch && one.epoch === other.epoch &&
    one.offset === other.offset;
}

function moved(iso: string | null, ms: number): string | null {
  return iso === null || ms === 0 ? iso : new Date(Date.parse(iso) + ms).toISOString();
}

/** The sign of life that the writer leaves in Redis each interval. */
import type { Clock } from "../pnl/clock.ts";
import { type Heartbeat, HEARTBEAT_TTL_MS } from "./records.ts";
import { failureOf, guardedScript, runGuarded, type WriteContext } from "./scripts.ts";

/** What a heartbeat says of the writer beside what this module knows. */
export type HeartbeatFacts = Pick<
  Heartbeat,
  "windowMs" | "mode" | "version" | "address" | "confirmedAgeMs" | "sources"
>;

/**
 * KEYS: 3 heartbeat. ARGV: 4 its text, 5 how long it lives, milliseconds, 6 when it was sent, milliseconds by
 * Redis's clock. Answers `{'ok', Redis's time now}`.
 *
 * It may have lain in the socket of a Redis that hung, and its writer be dead by now: so it lives shorter by
 * as much as it comes late.
 */
const BEAT = guardedScript(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local late = math.max(0, now - tonumber(ARGV[6]))
local left = math.max(1, math.floor(tonumber(ARGV[5]) - late))
redis.call('SET', KEYS[3], ARGV[4], 'PX', string.format('%.0f', left))
return {'ok', string.format('%.0f', now)}
`);

/** Writes one heartbeat after the other into one branch, each with the time at which it was sent. */
export class HeartbeatWriter {
  readonly #context: WriteContext;
  readonly #clock: Clock;
  /** Redis's clock less our monotonic one, milliseconds, by its last answer; null before the first. */
  #ahead: number | null = null;

  constructor(context: WriteContext, clock: Clock) {
    this.#context = context;
    this.#clock = clock;
  }

  /**
   * Writes a heartbeat, and so learns whether the branch is still there. Where Redis's clock was put forward
   * since the last one it looks older than it is, and the next one does not any more.
   *
   * @throws {RedisFailedError} where Redis refused or did not answer
   * @throws {LeaseHeldError}
   * @throws {BranchLostError}
   */
  async write(heartbeat: () => Omit<Heartbeat, "branch">): Promise<void> {
    const { redis: { keys }, branch } = this.#context;
    this.#ahead ??= this.#aheadOf(await this.#askTime());
    const sentAt = Math.floor(this.#clock.monotonic() + this.#ahead);
    const text = JSON.stringify({ ...heartbeat(), branch } satisfies Heartbeat);
    const args = [text, HEARTBEAT_TTL_MS, sentAt];
    const [now] = await runGuarded(BEAT, this.#context, [keys.heartbeat], args);
    this.#ahead = this.#aheadOf(Number(now));
  }

  /** The answer is a little older than this moment: so no heartbeat looks younger than it is. */
  #aheadOf(redisMs: number): number {
    return redisMs - this.#clock.monotonic();
  }

  async #askTime(): Promise<number> {
    try {
      const [seconds, micros] = await this.#context.redis.commands.time();
      return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    } catch (error) {
      throw failureOf(error);
    }
  }
}

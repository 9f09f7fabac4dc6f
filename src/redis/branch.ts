/** The branch: one unbroken past of the log, and its beginning anew where Redis does not hold it. */
import { getLogger, type Logger } from "@logtape/logtape";
import type { EventLog } from "../log/event_log.ts";
import { ADOPT, BEGIN, FORSAKE } from "./branch_scripts.ts";
import type { RedisConnection } from "./connection.ts";
import type { WriterIdentity } from "./identity.ts";
import { ForeignLogError } from "./foreign_log.ts";
import { inspectMirror, isBlank, mirrorFault, type MirrorState } from "./mirror_state.ts";
import { BranchLostError, checkAnswer, runGuarded } from "./scripts.ts";

/** Options of {@link BranchKeeper}. */
export interface BranchKeeperOptions {
  readonly redis: RedisConnection;
  readonly log: EventLog;
  readonly identity: WriterIdentity;
  /** How many events the stream retains at least. */
  readonly retention: number;
  readonly logger?: Logger;
}

/** A branch as it was last verified. */
export interface BranchPlace {
  readonly branch: string;
  /** The stream begins after this position, or later where it was trimmed. */
  readonly from: number;
  /** The stream ended with this position when it was verified. */
  readonly position: number;
  /** Root of the log there. */
  readonly root: string;
}

/** A stream that does not continue the log is kept so long, seconds. */
const SET_ASIDE_S = 86_400;
/** Between looking and beginning anew another script may come in so often. */
const TRIES = 5;

/**
 * Knows which branch is written, verifies it, and begins anew where Redis does not continue the log. What
 * breaks in Redis breaks no past: a process that had verified a branch fills it again under the same name,
 * so that whoever followed it goes on.
 */
export class BranchKeeper {
  readonly #options: BranchKeeperOptions;
  readonly #logger: Logger;
  readonly #listeners = new Set<() => void>();
  #place: BranchPlace | null = null;
  /** The branch that was verified last: as long as this process lives, the past of its log is unbroken. */
  #known: string | null = null;
  /** A branch of which something was made that is not of this log: its name is not used again. */
  #forsaken: string | null = null;
  #begun = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: BranchKeeperOptions) {
    this.#options = options;
    this.#logger = options.logger ?? getLogger(["pnl", "redis"]);
  }

  /** The branch that Redis was seen to hold; null before that, and after {@link lose}. */
  get branch(): string | null {
    return this.#place?.branch ?? null;
  }

  /** The same, and where its stream began and ended then. */
  get place(): BranchPlace | null {
    return this.#place;
  }

  /**
   * Whether this process has had a branch in Redis. Until then another log's stream is left as it is, as at
   * the start; after that it stands where ours stood, and is set aside.
   */
  get isVerified(): boolean {
    return this.#known !== null;
  }

  /** How often this process began anew to fill Redis. */
  get begun(): number {
    return this.#begun;
  }

  /** Calls the listener when {@link branch} has become another, or null. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Verifies that Redis continues the log, and begins anew where it does not. One call after the other.
   *
   * @returns the branch
   * @throws {RedisFailedError} where Redis refused or did not answer
   * @throws {LeaseHeldError} where another process writes there
   * @throws {ForeignLogError} where Redis mirrors another log, and no branch was ever verified
   * @throws {LogFailedError}
   */
  establish(): Promise<string> {
    const turn = this.#last.then(() => this.#establish());
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** The branch is not believed any more, until it is established again. */
  lose(reason: string): void {
    if (this.#place === null) return;
    this.#logger.debug("The branch {branch} in Redis has to be looked at: {reason}", {
      branch: this.#place.branch,
      reason,
    });
    this.#set(null);
  }

  /**
   * What was made in the branch is not of this log: takes its name from it, so that another one begins.
   *
   * @throws {RedisFailedError} where Redis refused, or did not answer: then its name may be taken, or be so
   * later, and what begins after that bears another all the same
   * @throws {LeaseHeldError}
   * @throws {BranchLostError}
   */
  async forsake(branch: string, reason: string): Promise<void> {
    const { redis, identity } = this.#options;
    this.#forsaken = branch;
    try {
      await runGuarded(FORSAKE, { redis, identity, branch }, [], []);
    } finally {
      this.lose(reason);
    }
  }

  async #establish(): Promise<string> {
    const { redis, log, retention } = this.#options;
    for (let attempt = 1;; attempt++) {
      const state = await inspectMirror(redis);
      this.#refuseForeign(state);
      const fault = mirrorFault(state, log, retention);
      try {
        const place = fault === null ? await this.#adopt(state) : await this.#begin(state, fault);
        this.#known = place.branch;
        this.#set(place);
        return place.branch;
      } catch (error) {
        // Somebody wrote between the look and the script: what is there is looked at again.
        if (!(error instanceof BranchLostError) || attempt === TRIES) throw error;
      }
    }
  }

  #refuseForeign({ found: { logId } }: MirrorState): void {
    const { redis, log } = this.#options;
    if (this.isVerified || logId === "" || logId === log.id) return;
    throw new ForeignLogError(logId, log.id, redis.keys);
  }

  /** Goes on with the branch that is there. */
  async #adopt({ lineage }: MirrorState): Promise<BranchPlace> {
    if (lineage === null) throw new TypeError("Cannot go on with a branch that is not there");
    const { branch, from, position, root, token } = lineage;
    const { redis, identity } = this.#options;
    if (token !== identity.token) await runGuarded(ADOPT, { redis, identity, branch }, [], []);
    return { branch, from, position, root };
  }

  async #begin(state: MirrorState, fault: string): Promise<BranchPlace> {
    const { redis: { commands, keys }, log, identity, retention } = this.#options;
    // Under the same name too it is news to all who write: what they knew of the stream is gone.
    this.#set(null);
    const known = this.#known === this.#forsaken ? null : this.#known;
    const branch = known ?? crypto.randomUUID();
    const from = Math.max(0, log.head().position - retention);
    const root = log.rootAt(from);
    const answer = await BEGIN.run(commands, [
      ...[keys.writer, keys.log, keys.events, keys.setAside],
      ...[keys.snapshots, keys.current, keys.breakdown],
    ], [
      ...[identity.holder, branch, identity.token, state.found.branch, state.found.position],
      ...[log.id, from, root, SET_ASIDE_S, state.found.logId],
    ]);
    const [aside] = checkAnswer(answer, keys.writer, branch);
    this.#begun += 1;
    this.#tellBegun(state, fault, { from, setAside: aside === 1 });
    return { branch, from, position: from, root };
  }

  #tellBegun(
    state: MirrorState,
    fault: string,
    facts: { readonly from: number; readonly setAside: boolean },
  ): void {
    const { keys } = this.#options.redis;
    const properties = { fault, aside: facts.setAside ? keys.setAside : null, from: facts.from };
    if (isBlank(state)) {
      this.#logger.info("Redis is empty, and is filled from position {from} on", properties);
    } else if (facts.setAside) {
      const text =
        "The stream in Redis does not continue the log: {fault}. It is kept for a day, or until the next, as " +
        "{aside}, and filled anew from position {from} on";
      if (state.lineage !== null && state.lineage.logId !== this.#options.log.id) {
        this.#logger.error(text, properties);
      } else this.#logger.warn(text, properties);
    } else {
      this.#logger.warn("Redis is filled anew from position {from} on: {fault}", properties);
    }
  }

  #set(place: BranchPlace | null): void {
    const before = this.branch;
    this.#place = place;
    if (this.branch === before) return;
    for (const listener of [...this.#listeners]) listener();
  }
}

/**
 * Sessions that signed out: their signature still holds, and they count no more. So many are remembered of
 * one key; for one more the oldest is forgotten, and with it all sessions of that key that are as old have
 * ended: none that signed out comes back, and who signs in is older than nobody.
 */
import type { Session } from "./session_token.ts";

/** Sessions that are remembered of one key. */
export const MOST_ENDED_OF_ONE = 1_000;

/** Knows which sessions have ended before their time. */
export interface EndedSessions {
  /**
   * A session ends.
   *
   * @param session a genuine one that is not over
   * @param now Unix milliseconds
   */
  end(session: Session, now: number): void;
  /** True for a session that ended. */
  hasEnded(session: Session): boolean;
  /** Sessions of a key that last no longer than this have ended; Unix milliseconds. */
  endedThrough(keyId: string): number;
}

/** What is remembered of one key. */
interface EndedOfKey {
  through: number;
  /** Until when each would have lasted, Unix milliseconds, by its id. */
  readonly sessions: Map<string, number>;
}

/** Forgets those that last no longer than this, Unix milliseconds. */
function forgetThrough(through: number, sessions: Map<string, number>): void {
  for (const [id, until] of sessions) if (until <= through) sessions.delete(id);
}

/** Remembers them in this process, as a node without files does: of as many keys as there are. */
export class EndedHere implements EndedSessions {
  readonly #ended = new Map<string, EndedOfKey>();

  end({ keyId, id, expiresAt }: Session, now: number): void {
    const of = this.#ended.get(keyId) ?? { through: 0, sessions: new Map<string, number>() };
    this.#ended.set(keyId, of);
    forgetThrough(now, of.sessions);
    of.sessions.set(id, expiresAt);
    if (of.sessions.size <= MOST_ENDED_OF_ONE) return;
    of.through = Math.max(of.through, Math.min(...of.sessions.values()));
    forgetThrough(of.through, of.sessions);
  }

  hasEnded({ keyId, id, expiresAt }: Session): boolean {
    return expiresAt <= this.endedThrough(keyId) ||
      this.#ended.get(keyId)?.sessions.has(id) === true;
  }

  endedThrough(keyId: string): number {
    return this.#ended.get(keyId)?.through ?? 0;
  }
}

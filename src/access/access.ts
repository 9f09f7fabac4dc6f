/** Who asks: checks keys, sessions and tickets, and says later whether they still count. */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../pnl/clock.ts";
import type { EndedSessions } from "./ended_sessions.ts";
import { type Attempt, Failures } from "./failures.ts";
import { isKey } from "./key_hash.ts";
import type { ActiveKey, KeyRing } from "./key_record.ts";
import { parseKeyText } from "./key_text.ts";
import { EVERYBODY, type Principal } from "./principal.ts";
import { isSigned, parseSession, type Session, signSession } from "./session_token.ts";
import { type Bearer, TICKET_MS, Tickets, type TicketShelf } from "./tickets.ts";

const log = getLogger(["pnl", "access"]);

/** A session lasts so long, unless its key ends before. */
const SESSION_MS = 12 * 60 * 60 * 1_000;
/**
 * The clocks of two nodes may differ by so much. Who has a key can sign what he likes: what would last
 * longer than a session of now does was not begun here, and does not count.
 */
const SKEW_MS = 5 * 60 * 1_000;
/** Sessions whose signature was checked; a check takes as long as twenty of a key. */
const MOST_CHECKED = 1_000;
const HELD_MS = 500;

/** What came with a request. */
export type Credential =
  | { readonly kind: "key"; readonly text: string }
  | { readonly kind: "session"; readonly token: string };

/** Who it is; that it is nobody; that it cannot be told now; or that who fails so often has to wait. */
export type Identified =
  | Principal
  | "refused"
  | "unknown"
  | { readonly waitMs: number };

/** What {@link Access} is made of. */
export interface AccessOptions {
  /** False: everybody may everything. */
  readonly required: boolean;
  readonly keys: KeyRing;
  readonly ended: EndedSessions;
  readonly clock: Clock;
  /** Where other nodes find tickets; none by default. */
  readonly shelf?: TicketShelf | null;
}

/** The one who is asked about everyone. */
export class Access {
  readonly required: boolean;
  readonly #keys: KeyRing;
  readonly #ended: EndedSessions;
  readonly #clock: Clock;
  readonly #failures = new Failures();
  readonly #tickets: Tickets;
  /** Who was found to hold, or not, since then; as many as streams are open at most. */
  readonly #held = new Map<string, boolean>();
  #heldAt = -Infinity;
  /** Sessions whose signature is right, with the key that it is right under. */
  readonly #checked = new Map<string, string>();

  constructor({ required, keys, ended, clock, shelf = null }: AccessOptions) {
    this.required = required;
    this.#keys = keys;
    this.#ended = ended;
    this.#clock = clock;
    this.#tickets = new Tickets(shelf);
  }

  /**
   * Finds out who shows a credential. What is wrong with one that does not count is not said: an unknown
   * key, a wrong secret and an expired session look the same.
   *
   * @param address where the client is, or null
   */
  identify(credential: Credential, address: string | null): Identified {
    if (!this.#keys.isKnown) return "unknown";
    const session = credential.kind === "session" ? parseSession(credential.token) : null;
    const key = credential.kind === "key" ? parseKeyText(credential.text) : null;
    const attempt: Attempt = { address, keyId: session?.keyId ?? key?.id ?? null };
    const bearer: Bearer | null = session !== null
      ? this.#isGenuine(session) ? { keyId: session.keyId, session } : null
      : key !== null && isKey(key.text, this.#find(key.id)?.hash ?? null)
      ? { keyId: key.id, session: null }
      : null;
    const principal = bearer === null ? null : this.#principalOf(bearer);
    if (principal !== null) {
      this.#used(attempt.keyId);
      return principal;
    }
    // Only what is wrong has to wait: whatever others do, who has a key is let in.
    const now = this.#clock.monotonic();
    const waitMs = this.#failures.waitMs(attempt, now);
    if (waitMs > 0) return { waitMs };
    // Nobody guesses a session that was once good: a page that was left open sends it.
    if (bearer === null || session === null) this.#failures.failed(attempt, now);
    log.debug("A {kind} was refused; its id: {id}", {
      ...{ kind: credential.kind, id: attempt.keyId, address },
    });
    return "refused";
  }

  /**
   * True while whoever was identified as such would be again. Thousands of streams of one key may ask
   * each second: what was found out is said again for half a second. Where keys are not known nobody
   * can say that one was revoked: what does not end by its own time goes on.
   */
  holds({ key, session }: Principal): boolean {
    if (!this.#keys.isKnown) {
      const ended = session !== null && this.#hasEnded({ keyId: key?.id ?? "", ...session });
      return !ended && this.#clock.now() < (key?.expiresAt ?? Infinity);
    }
    const now = performance.now();
    if (now - this.#heldAt > HELD_MS) {
      this.#held.clear();
      this.#heldAt = now;
    }
    const name = `${key?.id} ${session?.id}`;
    let holds = this.#held.get(name);
    if (holds === undefined) {
      try {
        holds = this.#principalOf({ keyId: key?.id ?? null, session }) !== null;
      } catch (error) {
        log.error("Cannot tell whether a key still counts; its streams go on: {error}", { error });
        holds = true;
      }
      this.#held.set(name, holds);
    }
    return holds;
  }

  /**
   * Begins a session of a key that was identified.
   *
   * @param text the key
   */
  beginSession(text: string, { id, expiresAt }: NonNullable<Principal["key"]>): {
    readonly token: string;
    readonly forMs: number;
  } {
    const now = this.#clock.now();
    // Younger than all that has ended. The key's own end is asked for with each request.
    const until = Math.max(now + SESSION_MS, this.#ended.endedThrough(id) + 1);
    return {
      token: signSession(text, id, until),
      forMs: Math.min(until, expiresAt ?? Infinity) - now,
    };
  }

  /** Ends a session before its time. One that is none is left alone. */
  endSession(token: string): void {
    const session = parseSession(token);
    if (session === null || !this.#isGenuine(session) || this.#hasEnded(session)) return;
    this.#ended.end(session, this.#clock.now());
  }

  /**
   * A ticket for someone.
   *
   * @returns the ticket, and until when it is good, Unix milliseconds
   * @throws {TooManyTicketsError}
   */
  async issueTicket({ key, session }: Principal): Promise<{ ticket: string; expiresAt: number }> {
    const expiresAt = this.#clock.now() + TICKET_MS;
    return { ticket: await this.#tickets.issue({ keyId: key?.id ?? null, session }), expiresAt };
  }

  /**
   * Finds out who brings a ticket, which is worth nothing afterwards. Bad ones are not counted: nobody
   * guesses 190 bits, and any page can put an address with a bad ticket before its visitors' browsers.
   */
  async redeemTicket(ticket: string): Promise<Identified> {
    const bearer = await this.#tickets.redeem(ticket);
    const principal = bearer === null ? null : this.#principalOf(bearer);
    if (principal !== null) return principal;
    return this.#keys.isKnown ? "refused" : "unknown";
  }

  /** Who that is now; null where it does not count any more. */
  #principalOf({ keyId, session }: Bearer): Principal | null {
    if (keyId === null) return this.required ? null : EVERYBODY;
    const key = this.#find(keyId);
    if (key === null) return null;
    const { id, name, expiresAt, scopes } = key;
    if (session === null) return { key: { id, name, expiresAt }, scopes, session: null };
    const { id: sessionId, expiresAt: until } = session;
    if (this.#hasEnded({ keyId, id: sessionId, expiresAt: until })) return null;
    return {
      key: { id, name, expiresAt },
      scopes,
      session: { id: sessionId, expiresAt: until },
    };
  }

  /** True for a session that is past its time, or can have been begun nowhere, or signed out. */
  #hasEnded(session: Session): boolean {
    const leftMs = session.expiresAt - this.#clock.now();
    return leftMs <= 0 || leftMs > SESSION_MS + SKEW_MS || this.#ended.hasEnded(session);
  }

  #find(id: string): ActiveKey | null {
    return this.#keys.find(id, this.#clock.now());
  }

  #isGenuine(session: NonNullable<ReturnType<typeof parseSession>>): boolean {
    const sessionKey = this.#find(session.keyId)?.sessionKey;
    if (sessionKey === undefined) return false;
    const token = `${session.body}.${session.signature}`;
    if (this.#checked.get(token) === sessionKey) return true;
    if (!isSigned(session, sessionKey)) return false;
    if (this.#checked.size >= MOST_CHECKED) this.#checked.clear();
    this.#checked.set(token, sessionKey);
    return true;
  }

  /** That a use cannot be written down is no reason to refuse it. */
  #used(keyId: string | null): void {
    try {
      if (keyId !== null) this.#keys.used(keyId, this.#clock.now());
    } catch (error) {
      log.warn("Cannot write down that key {id} was used: {error}", { id: keyId, error });
    }
  }
}

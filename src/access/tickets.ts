/**
 * Tickets: what a browser can put into the address of a WebSocket or an EventSource, which take no
 * header. Each opens one stream, soon, and is worth nothing afterwards.
 */
import { createHash } from "node:crypto";
import { randomBase62 } from "./base62.ts";

/** A ticket is good for so long, milliseconds. */
export const TICKET_MS = 30_000;
/** 190 bits. */
const LENGTH = 32;
const TICKET = new RegExp(`^[0-9A-Za-z]{${LENGTH}}$`);
/** Tickets of one bearer that may be open at once, and of all. */
const MOST_OF_ONE = 100;
const MOST = 10_000;

/** Whom a ticket stands for: what it takes to find out again who that is, and that it still counts. */
export interface Bearer {
  /** Null: everybody, where no key is asked for. */
  readonly keyId: string | null;
  /** The session that asked for it; null where the key itself did. Times are Unix milliseconds. */
  readonly session: { readonly id: string; readonly expiresAt: number } | null;
}

/** Where tickets lie so that other nodes may redeem them. */
export interface TicketShelf {
  /** False where it cannot be put there. */
  put(hash: string, bearer: Bearer, forMs: number): Promise<boolean>;
  /** Takes it away, so that nobody else has it; null where it is not there, or that cannot be told. */
  take(hash: string): Promise<Bearer | null>;
}

/** Too many tickets are open. */
export class TooManyTicketsError extends Error {
  readonly code = "too_many_tickets";
  constructor() {
    super("Cannot give out another ticket: too many were not used yet");
    this.name = "TooManyTicketsError";
  }
}

interface Issued {
  readonly bearer: Bearer;
  /** Monotonic milliseconds. */
  readonly until: number;
  /** It lies on the shelf: there it is taken, for another node may have been faster. */
  shelved: boolean;
}

/** What is kept is not the ticket. */
function hashOf(ticket: string): string {
  return createHash("sha256").update(ticket).digest("hex");
}

/** Gives out tickets, and takes each back once. */
export class Tickets {
  readonly #shelf: TicketShelf | null;
  /** Those given out here, the oldest first. */
  readonly #issued = new Map<string, Issued>();
  readonly #perBearer = new Map<string | null, number>();

  /** @param shelf null where there are no other nodes */
  constructor(shelf: TicketShelf | null = null) {
    this.#shelf = shelf;
  }

  /**
   * Gives out a ticket that is good for {@link TICKET_MS}.
   *
   * @throws {TooManyTicketsError}
   */
  async issue(bearer: Bearer): Promise<string> {
    this.#forgetOld();
    const many = this.#perBearer.get(bearer.keyId) ?? 0;
    if (many >= MOST_OF_ONE || this.#issued.size >= MOST) throw new TooManyTicketsError();
    const ticket = randomBase62(LENGTH);
    const hash = hashOf(ticket);
    const issued: Issued = { bearer, until: performance.now() + TICKET_MS, shelved: false };
    this.#issued.set(hash, issued);
    this.#perBearer.set(bearer.keyId, many + 1);
    issued.shelved = await this.#shelf?.put(hash, bearer, TICKET_MS) ?? false;
    return ticket;
  }

  /** Whom a ticket stands for; null where it is none, was used, or is too old. */
  async redeem(ticket: string): Promise<Bearer | null> {
    this.#forgetOld();
    if (!TICKET.test(ticket)) return null;
    const hash = hashOf(ticket);
    const here = this.#issued.get(hash);
    if (here !== undefined) this.#forget(hash, here);
    if (here !== undefined && !here.shelved) return here.bearer;
    return await this.#shelf?.take(hash) ?? null;
  }

  #forgetOld(): void {
    const now = performance.now();
    for (const [hash, issued] of this.#issued) {
      if (now < issued.until) return;
      this.#forget(hash, issued);
    }
  }

  #forget(hash: string, { bearer }: Issued): void {
    this.#issued.delete(hash);
    const left = (this.#perBearer.get(bearer.keyId) ?? 0) - 1;
    if (left > 0) this.#perBearer.set(bearer.keyId, left);
    else this.#perBearer.delete(bearer.keyId);
  }
}

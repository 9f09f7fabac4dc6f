/** Tickets in Redis: whoever takes one first has it, on whatever node. */
import { z } from "zod";
import type { RedisConnection } from "../redis/connection.ts";
import type { Bearer, TicketShelf } from "./tickets.ts";

const BEARER = z.strictObject({
  keyId: z.string().nullable(),
  session: z.strictObject({ id: z.string(), expiresAt: z.number() }).nullable(),
});

/** Keeps hashes of tickets under `pnl:ticket:<hash>`. */
export class RedisShelf implements TicketShelf {
  readonly #redis: RedisConnection;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  async put(hash: string, bearer: Bearer, forMs: number): Promise<boolean> {
    const { commands, keys } = this.#redis;
    try {
      await commands.set(keys.ticket(hash), JSON.stringify(bearer), "PX", forMs);
      return true;
    } catch {
      // Then only this node can redeem it. It may still come there, late: what follows on the same line takes
      // it away again, or it would open two streams.
      commands.del(keys.ticket(hash)).catch(() => {});
      return false;
    }
  }

  async take(hash: string): Promise<Bearer | null> {
    const { commands, keys } = this.#redis;
    try {
      const text = await commands.getdel(keys.ticket(hash));
      return text === null ? null : BEARER.parse(JSON.parse(text));
    } catch {
      return null;
    }
  }
}

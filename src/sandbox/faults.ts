/**
 * Faults that the sandbox's servers can be told to have, in process (`sandbox.faults`) or by
 * `POST /_sandbox/faults` on any of the three servers with a JSON body such as
 * `{"server": "kalshi", "mode": "slow", "delayMs": 2000, "forMs": 10000}`; mode `none` heals.
 *
 * | mode | what clients see |
 * |---|---|
 * | `down` | the connection is reset before a byte of an answer |
 * | `slow` | the answer begins after `delayMs` (3,000); with `drip` it then comes byte by byte |
 * | `unauthorized`, `forbidden`, `rate_limited`, `server_error` | 401, 403, 429, 500 in the server's own error shape |
 * | `malformed` | 200 with JSON cut off (`shape: "json"`), with another envelope (`envelope`), or with HTML (`html`) |
 * | `bad_row` | 200, and the first row of the answer cannot be |
 * | `cursor_loop` | 200, and every page names one and the same next page |
 * | `clock_skew` | the server's clock is `skewMs` (20 minutes) ahead: its `Date`, its rows, and so Kalshi refuses signatures; `lenient` accepts them |
 *
 * `path` narrows a fault to request paths that contain it; `forMs` ends it by itself.
 */
import { z } from "zod";

/** The three stand-in servers. */
export const SERVERS = ["kalshi", "anthropic", "revenue"] as const;

/** Name of a stand-in server. */
export type ServerName = (typeof SERVERS)[number];

const scope = { path: z.string().optional(), forMs: z.int().min(1).optional() };

const FAULT = z.discriminatedUnion("mode", [
  z.strictObject({
    mode: z.enum(["down", "unauthorized", "forbidden", "rate_limited", "server_error"]),
    ...scope,
  }),
  z.strictObject({ mode: z.enum(["bad_row", "cursor_loop"]), ...scope }),
  z.strictObject({
    mode: z.literal("slow"),
    delayMs: z.int().min(0).max(600_000).optional(),
    drip: z.boolean().optional(),
    ...scope,
  }),
  z.strictObject({
    mode: z.literal("malformed"),
    shape: z.enum(["json", "envelope", "html"]).optional(),
    ...scope,
  }),
  z.strictObject({
    mode: z.literal("clock_skew"),
    skewMs: z.int().optional(),
    lenient: z.boolean().optional(),
    ...scope,
  }),
]);

/** A fault, in the words of the table above. */
export type Fault = z.infer<typeof FAULT>;

/** The faults now in force; at most one a server. */
export class Faults {
  readonly #active = new Map<ServerName, { fault: Fault; until: number }>();

  /**
   * Gives a server a fault in place of the one it had.
   *
   * @throws {RangeError} where `fault` is not one; it names what is wrong
   */
  set(server: ServerName, fault: Fault): void {
    const parsed = FAULT.safeParse(fault);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new RangeError(
        `Cannot set the fault: ${issue?.path.join(".") ?? "body"} ${
          issue?.message ?? "is invalid"
        }`,
      );
    }
    const until = fault.forMs === undefined ? Infinity : performance.now() + fault.forMs;
    this.#active.set(server, { fault: parsed.data, until });
  }

  /** Heals one server, or all. */
  clear(server?: ServerName): void {
    if (server === undefined) this.#active.clear();
    else this.#active.delete(server);
  }

  /** The fault that a request to `path` meets now; null for none. */
  active(server: ServerName, path: string): Fault | null {
    const entry = this.#active.get(server);
    if (entry === undefined) return null;
    if (performance.now() >= entry.until) {
      this.#active.delete(server);
      return null;
    }
    const narrowed = entry.fault.path;
    return narrowed === undefined || path.includes(narrowed) ? entry.fault : null;
  }

  /**
   * Obeys the body of `POST /_sandbox/faults`.
   *
   * @throws {RangeError} where it is not a fault
   */
  obey(body: string): void {
    let order: unknown;
    try {
      order = JSON.parse(body);
    } catch {
      throw new RangeError("Cannot set the fault: the body is not JSON");
    }
    const { server, ...fault } = z.looseObject({ server: z.enum(SERVERS), mode: z.string() })
      .catch(() => {
        throw new RangeError(`Cannot set the fault: server must be one of ${SERVERS.join(", ")}`);
      }).parse(order);
    if (fault.mode === "none") this.clear(server);
    else this.set(server, fault as Fault);
  }
}

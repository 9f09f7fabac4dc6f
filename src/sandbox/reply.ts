/** What a stand-in server is asked and what it answers, free of any HTTP library. */

/** A request as a stand-in server sees it. */
export interface Ask {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** A header by its lower-case name. */
  header(name: string): string | undefined;
  /** True time, milliseconds since the epoch. */
  readonly now: number;
  /** How far the server's clock is off, milliseconds; the times it sends are shifted by it. */
  readonly skewMs: number;
  /** Whether it judges signatures by true time all the same. */
  readonly lenient: boolean;
}

/** An answer. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  /** Default `application/json`. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A value as a JSON answer. */
export function json(status: number, value: unknown, headers?: Record<string, string>): Reply {
  const reply = { status, body: JSON.stringify(value) };
  return headers === undefined ? reply : { ...reply, headers };
}

/** A stand-in server, in its own protocol. */
export interface Protocol {
  /** Answers a request. */
  answer(ask: Ask): Reply;
  /** Its own shape of the errors that a fault can ask for. */
  readonly errors: {
    readonly unauthorized: () => Reply;
    readonly forbidden: () => Reply;
    readonly rate_limited: () => Reply;
    readonly server_error: () => Reply;
  };
  /** The same answer with a first row that cannot be; unchanged where it has no rows. */
  spoilRow(value: Record<string, unknown>): Record<string, unknown>;
  /** Name of the field with the next page, and what a server stuck in a loop puts there. */
  readonly loop: Readonly<Record<string, unknown>>;
}

/** Which transport to try: down where one does not get through, up again when it may. */
import type { Transport } from "./transport.ts";

/** Attempts in a row that never opened, after which the next lower transport is tried. */
const FAILURES_UNTIL_LOWER = 2;
/**
 * A server that is there and wants the client later is half a failure: most often it is back at once,
 * but where it has no room for streams, a snapshot now and then is better than none.
 */
const SENT_AWAY = 0.5;

/** What to do after a failure. */
export type Step =
  /** Try again, after a wait. */
  | "wait"
  /** The next one is tried at once: everything failed before, and only one of them is waited for. */
  | "now"
  /** Nothing is left to try. */
  | "refused";

/** The transports in their order, and where on them the client stands. */
export class Ladder {
  readonly #transports: readonly Transport[];
  readonly #refused = new Set<Transport>();
  /** Those that failed without a word since they last opened. */
  readonly #lost = new Set<Transport>();
  #current = 0;
  #failures = 0;
  /** All failed in a row: it is the network or the server, not a transport. */
  #outage = false;

  /** @param transports best first */
  constructor(transports: readonly Transport[]) {
    this.#transports = transports;
  }

  /** The transport to try; null where all are refused. */
  get current(): Transport | null {
    return this.#transports[this.#current] ?? null;
  }

  /** Those above the current one that are not refused, best first. */
  get better(): readonly Transport[] {
    return this.#transports.slice(0, this.#current).filter((each) => !this.#refused.has(each));
  }

  /** The transport works. */
  opened(transport: Transport): void {
    this.#current = this.#transports.indexOf(transport);
    this.#lost.delete(transport);
    this.#failures = 0;
    this.#outage = false;
  }

  /** An attempt over the current one failed before it opened. */
  failed(kind: "lost" | "sent_away"): Step {
    if (kind === "lost" && this.current !== null) this.#lost.add(this.current);
    this.#failures += kind === "lost" ? 1 : SENT_AWAY;
    if (this.#failures < (this.#outage ? 1 : FAILURES_UNTIL_LOWER)) return "wait";
    this.#failures = 0;
    if (this.#goDown()) return this.#outage ? "now" : "wait";
    // During an outage every attempt begins with the best, so that it is what is found again.
    this.#outage = true;
    this.#goUp();
    return "wait";
  }

  /**
   * Takes a transport out: trying it again is of no use.
   *
   * @param whoever the client itself was refused: that is also why others failed that cannot say why, for
   * a WebSocket is not told the status of its handshake
   */
  refused(transport: Transport, whoever = false): Step {
    this.#refused.add(transport);
    if (whoever) { for (const each of this.#lost) this.#refused.add(each); }
    if (this.current !== transport) return "wait";
    this.#failures = 0;
    if (this.#goDown()) return "now";
    return this.#goUp() ? "wait" : "refused";
  }

  /** Forgets everything. */
  reset(): void {
    this.#refused.clear();
    this.#lost.clear();
    this.#current = 0;
    this.#failures = 0;
    this.#outage = false;
  }

  #goDown(): boolean {
    return this.#goTo((index) => index > this.#current);
  }

  #goUp(): boolean {
    return this.#goTo(() => true);
  }

  #goTo(wanted: (index: number) => boolean): boolean {
    const found = this.#transports.findIndex((each, index) =>
      wanted(index) && !this.#refused.has(each)
    );
    if (found >= 0) this.#current = found;
    return found >= 0;
  }
}

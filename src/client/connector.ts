/** Keeps one line to the server: opens it, opens it again, and moves between transports. */
import type { Clock } from "../pnl/clock.ts";
import { Backoff } from "./backoff.ts";
import type { DeliveredSnapshot } from "./delivered.ts";
import { CONNECTING, type Feed, type FeedSink, type LineState } from "./feed.ts";
import { Ladder, type Step } from "./ladder.ts";
import { Prober } from "./prober.ts";
import { Stopwatch } from "./stopwatch.ts";
import { LONGEST_HINT_MS, type Timings } from "./timings.ts";
import type { Ending, Transport } from "./transport.ts";
import { type LineOwner, WatchedLine } from "./watched_line.ts";

/** The code of an answer that wants another key. */
const UNAUTHORIZED = "http_401";

/** Options of {@link Connector}. */
export interface ConnectorOptions {
  /** Best first. */
  readonly transports: readonly Transport[];
  readonly sink: FeedSink;
  /** The position to go on from. */
  readonly since: () => string | null;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly timings: Timings;
  /** False where the platform knows that there is no network. */
  readonly isOnline: () => boolean;
}

/** A wait for the next attempt. */
interface Waiting {
  readonly timer: ReturnType<typeof setTimeout>;
  readonly since: Stopwatch;
  readonly waitMs: number;
  /** The server chose the time: nothing cuts it short. */
  readonly hinted: boolean;
}

/** A feed with a connection of its own. */
export class Connector implements Feed, LineOwner {
  readonly #options: ConnectorOptions;
  readonly #ladder: Ladder;
  readonly #backoff: Backoff;
  readonly #prober: Prober;
  #line: WatchedLine | null = null;
  #waiting: Waiting | null = null;
  #running = false;
  #state: LineState = CONNECTING;

  constructor(options: ConnectorOptions) {
    const { timings, random } = options;
    this.#options = options;
    this.#ladder = new Ladder(options.transports);
    this.#backoff = new Backoff({
      firstMs: timings.firstRetryMs,
      longestMs: timings.longestRetryMs,
      random,
    });
    this.#prober = new Prober({
      ...options,
      better: () => this.#ladder.better,
      refused: (transport) => void this.#ladder.refused(transport),
      found: (line) => this.#takeOver(line),
      owner: this,
    });
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    // What was refused before may be allowed to whoever starts it again.
    if (this.#state.status === "refused") this.#ladder.reset();
    this.#state = { ...CONNECTING, lastError: this.#state.lastError };
    this.#connect();
  }

  stop(): void {
    this.#running = false;
    this.#drop();
  }

  reconnect(): void {
    if (!this.#running) return;
    this.#drop();
    this.#ladder.reset();
    this.#backoff.reset();
    this.#connect();
  }

  look(): void {
    if (!this.#running) return;
    this.#line?.look();
    if (this.#ladder.better.length > 0) this.#prober.soon();
    const waiting = this.#waiting;
    if (waiting === null) return;
    if (!waiting.hinted || waiting.since.elapsedMs() >= waiting.waitMs) this.#connect();
  }

  opened(line: WatchedLine): void {
    this.#ladder.opened(line.transport);
    this.#options.sink.began();
    const { name } = line.transport;
    this.#say({
      status: name === "polling" ? "polling" : "live",
      transport: name,
      retryAt: null,
      attempts: 0,
      lastError: this.#state.lastError,
    });
    this.#prober.watch();
  }

  snapshot(line: WatchedLine, data: DeliveredSnapshot): void {
    this.#options.sink.snapshot(data, line.transport.whole);
  }

  reset(_line: WatchedLine, reason: string): void {
    this.#options.sink.reset(reason);
  }

  ended(line: WatchedLine, ending: Ending): void {
    this.#line = null;
    this.#prober.stop();
    if (line.isOpen && line.lifeMs >= this.#options.timings.settledMs) this.#backoff.reset();
    this.#state = {
      ...this.#state,
      transport: null,
      attempts: this.#state.attempts + 1,
      lastError: { code: ending.code, message: ending.message },
    };
    const step = this.#stepAfter(line, ending);
    if (step === "refused") this.#say({ ...this.#state, status: "refused", retryAt: null });
    else if (step === "now" && ending.retryMs === null) this.#connect();
    else this.#wait(ending.retryMs);
  }

  #stepAfter(line: WatchedLine, ending: Ending): Step {
    if (ending.kind === "refused") {
      return this.#ladder.refused(line.transport, ending.code === UNAUTHORIZED);
    }
    return line.isOpen ? "wait" : this.#ladder.failed(ending.kind);
  }

  #connect(): void {
    this.#stopWaiting();
    this.#line?.close();
    const transport = this.#ladder.current;
    if (transport === null) return this.#say({ ...this.#state, status: "refused", retryAt: null });
    const line = new WatchedLine(transport, this, this.#options);
    this.#line = line;
    this.#say({ ...this.#state, status: this.#statusWithout(), transport: null, retryAt: null });
    // Whoever was told may have stopped it.
    if (this.#line === line) line.open(this.#options.since());
  }

  #wait(hintMs: number | null): void {
    const { clock } = this.#options;
    const waitMs = hintMs === null ? this.#backoff.next() : Math.min(hintMs, LONGEST_HINT_MS);
    this.#waiting = {
      timer: setTimeout(() => this.#connect(), waitMs),
      since: new Stopwatch(clock),
      waitMs,
      hinted: hintMs !== null,
    };
    const retryAt = clock.now() + waitMs;
    this.#say({ ...this.#state, status: this.#statusWithout(), retryAt });
  }

  /** A better line is open: it goes on from where the other one is now cut. */
  #takeOver(line: WatchedLine): void {
    this.#line?.close();
    this.#line = line;
  }

  #statusWithout(): LineState["status"] {
    if (!this.#options.isOnline()) return "offline";
    return this.#state.attempts === 0 && this.#state.status === "connecting"
      ? "connecting"
      : "reconnecting";
  }

  #say(state: LineState): void {
    this.#state = state;
    if (this.#running) this.#options.sink.line(state);
  }

  #stopWaiting(): void {
    clearTimeout(this.#waiting?.timer);
    this.#waiting = null;
  }

  #drop(): void {
    this.#stopWaiting();
    this.#prober.stop();
    this.#line?.close();
    this.#line = null;
  }
}

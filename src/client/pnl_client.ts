/**
 * The client: follows the server's snapshots and says at each moment how old and how sure they are.
 * docs/INTEGRATION.md has an example.
 *
 * @module
 */
import type { Clock } from "../pnl/clock.ts";
import { type ClientState, IDLE } from "./client_state.ts";
import { Connector } from "./connector.ts";
import type { DeliveredSnapshot } from "./delivered.ts";
import type { Feed, FeedSink } from "./feed.ts";
import type { Fetch, HeaderSource } from "./http_answer.ts";
import { Listeners } from "./listeners.ts";
import { listenToPage } from "./page_events.ts";
import { isOnline, tabLocks } from "./platform.ts";
import { parsePosition } from "./position.ts";
import { Sequencer } from "./sequencer.ts";
import { PLATFORM_CLOCK, Stopwatch } from "./stopwatch.ts";
import { TabFeed } from "./tab_feed.ts";
import { TIMINGS, type Timings } from "./timings.ts";
import type { TransportName } from "./transport.ts";
import { baseOf, makeTransports } from "./transports.ts";
import type { TicketSource, WebSocketConstructor } from "./websocket_transport.ts";

/** Options of {@link PnlClient}. */
export interface PnlClientOptions {
  /** Where the server is, with the path that a proxy may put it under; in a page it may be relative. */
  readonly url: string | URL;
  /** The transports to use, best first; default `["websocket", "sse", "polling"]`. */
  readonly transports?: readonly TransportName[];
  /** Headers for event streams and polling, asked for each time. A WebSocket takes none. */
  readonly headers?: HeaderSource;
  /** A ticket for each WebSocket, where the server asks for a key and no cookie of it is sent along. */
  readonly ticket?: TicketSource;
  readonly fetch?: Fetch;
  readonly WebSocket?: WebSocketConstructor;
  /** 0 ≤ x < 1; default `Math.random`. */
  readonly random?: () => number;
  readonly clock?: Clock;
  /**
   * One connection for all tabs of a browser, where it can; default true, and false with `headers` or
   * `ticket`, which may be those of another user in another tab.
   */
  readonly shareTabs?: boolean;
  readonly timings?: Partial<Timings>;
}

const NAMES = Object.keys(IDLE) as (keyof ClientState)[];

/** A client of one server. */
export class PnlClient {
  readonly #feed: Feed;
  readonly #changes = new Listeners<void>();
  readonly #finals = new Listeners<DeliveredSnapshot>();
  readonly #sequencer = new Sequencer();
  readonly #received: Stopwatch;
  #state: ClientState = IDLE;
  /** Set from {@link start} to {@link stop}. */
  #unlisten: (() => void) | null = null;
  /** The page is put away. */
  #asleep = false;

  /** Connects to nothing before {@link start}. */
  constructor(options: PnlClientOptions) {
    const { clock = PLATFORM_CLOCK, random = Math.random } = options;
    this.#received = new Stopwatch(clock);
    const base = baseOf(options.url);
    const transports = makeTransports(base, options, clock);
    const sink = this.#makeSink();
    const common = {
      since: () => this.#sequencer.since,
      clock,
      random,
      timings: { ...TIMINGS, ...options.timings },
      sink,
    };
    const connect = (to: FeedSink) => new Connector({ ...common, transports, isOnline, sink: to });
    const isAnyones = options.headers === undefined && options.ticket === undefined;
    const locks = options.shareTabs ?? isAnyones ? tabLocks() : null;
    this.#feed = locks === null
      ? connect(sink)
      : new TabFeed({ ...common, locks, connect, name: `pnl-stream:${base.href}` });
  }

  /** How things are; another object whenever something changes. */
  get state(): ClientState {
    return this.#state;
  }

  /** Begins to follow; does nothing where it was started already. */
  start(): void {
    if (this.#unlisten !== null) return;
    this.#unlisten = listenToPage({
      woke: () => this.#feed.look(),
      asleep: () => this.#sleep(),
      back: () => this.#comeBack(),
    });
    this.#change({ status: this.#beginning });
    this.#feed.start();
  }

  /** Ends the connection. The snapshot and its position stay; {@link start} goes on from there. */
  stop(): void {
    if (this.#unlisten === null) return;
    this.#unlisten();
    this.#unlisten = null;
    this.#asleep = false;
    this.#halt("idle");
  }

  /** Ends the connection for a while, so that what is seen stays as it is. */
  pause(): void {
    if (this.#unlisten !== null && this.#state.status !== "paused") this.#halt("paused");
  }

  /** Goes on after {@link pause}, from the position of before. */
  resume(): void {
    if (this.#state.status !== "paused") return;
    this.#change({ status: this.#beginning });
    if (!this.#asleep) this.#feed.start();
  }

  /** Begins a new connection now, with the best transport, whatever was refused before. */
  reconnect(): void {
    if (this.#state.status !== "paused") this.#feed.reconnect();
  }

  /**
   * How old the snapshot is, in milliseconds: how long ago it was known to be at the end of the log.
   * Null before the first, and where the server never knew.
   */
  ageMs(): number | null {
    const known = this.#state.snapshot?.served.confirmedAgeMs ?? null;
    return known === null ? null : known + this.#received.elapsedMs();
  }

  /**
   * Calls a listener after each change of {@link state}. It may be passed on without the client, such as
   * to React's `useSyncExternalStore`.
   *
   * @returns ends it
   */
  readonly subscribe = (listener: () => void): () => void => this.#changes.add(listener);

  /**
   * Calls a listener with each final snapshot, once and in order, also with those that were missed
   * during a break. Where the transport is polling they come with the next better one.
   *
   * @returns ends it
   */
  onFinal(listener: (snapshot: DeliveredSnapshot) => void): () => void {
    return this.#finals.add(listener);
  }

  /** The snapshots, the newest of those that came while the last one was worked on. Never ends. */
  async *[Symbol.asyncIterator](): AsyncGenerator<DeliveredSnapshot, never, void> {
    let wake = () => {};
    const end = this.subscribe(() => wake());
    try {
      for (let last: DeliveredSnapshot | null = null;;) {
        const { snapshot } = this.#state;
        if (snapshot === null || snapshot === last) {
          await new Promise<void>((resolve) => wake = resolve);
        } else yield last = snapshot;
      }
    } finally {
      end();
    }
  }

  /** Whoever has had a snapshot is connected again, also where another tab connects for it now. */
  get #beginning(): "connecting" | "reconnecting" {
    return this.#state.snapshot === null ? "connecting" : "reconnecting";
  }

  #makeSink(): FeedSink {
    return {
      line: (state) =>
        this.#change(state.status === "connecting" ? { ...state, status: this.#beginning } : state),
      began: () => this.#sequencer.began(),
      snapshot: (data, whole) => this.#take(data, whole),
      reset: () => {
        this.#sequencer.reset();
        this.#change({ missed: this.#sequencer.missed });
      },
    };
  }

  #take(snapshot: DeliveredSnapshot, whole: boolean): void {
    const position = parsePosition(snapshot.served.pos);
    if (position === null) {
      const message = `Position ${JSON.stringify(snapshot.served.pos.slice(0, 100))} is none`;
      return this.#change({ lastError: { code: "bad_position", message } });
    }
    const verdict = this.#sequencer.take({
      ...position,
      final: snapshot.window.final,
      at: snapshot.served.at,
      whole,
    });
    if (verdict.show) {
      this.#received.restart();
      this.#change({
        snapshot,
        position: this.#sequencer.position,
        missed: this.#sequencer.missed,
      });
    }
    if (verdict.final) this.#finals.tell(snapshot);
  }

  #halt(status: "idle" | "paused"): void {
    this.#feed.stop();
    this.#change({ status, transport: null, retryAt: null, attempts: 0 });
  }

  #sleep(): void {
    this.#asleep = true;
    this.#feed.stop();
  }

  #comeBack(): void {
    if (!this.#asleep) return this.#feed.look();
    this.#asleep = false;
    if (this.#state.status !== "paused") this.#feed.start();
  }

  #change(change: Partial<ClientState>): void {
    const old = this.#state;
    const next = Object.freeze({ ...old, ...change });
    if (NAMES.every((name) => next[name] === old[name])) return;
    this.#state = next;
    this.#changes.tell();
  }
}

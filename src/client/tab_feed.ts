/** One connection for all tabs of a browser: one leads and connects, the others listen to it. */
import type { Clock } from "../pnl/clock.ts";
import type { DeliveredSnapshot } from "./delivered.ts";
import { CONNECTING, type Feed, type FeedSink, type LineState } from "./feed.ts";
import type { Locks } from "./platform.ts";
import { parsePosition } from "./position.ts";
import { Stopwatch } from "./stopwatch.ts";
import { type LeaderNews, readTabMessage, type Request, type TabMessage } from "./tab_message.ts";
import type { Timings } from "./timings.ts";

/** Options of {@link TabFeed}. */
export interface TabFeedOptions {
  readonly locks: Locks;
  /** Tabs with the same name share. */
  readonly name: string;
  readonly sink: FeedSink;
  /** Makes the connection of the tab that leads. */
  readonly connect: (sink: FeedSink) => Feed;
  /** How far this tab has seen every final. */
  readonly since: () => string | null;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timings: Timings;
}

/** True where somebody who has seen `mine` has missed finals that somebody at `theirs` has seen. */
function isBehind(mine: string | null, theirs: string | null): boolean {
  const [own, other] = [parsePosition(mine ?? ""), parsePosition(theirs ?? "")];
  if (own === null || other === null) return false;
  return own.epoch !== other.epoch || own.offset < other.offset;
}

/**
 * A tab among others. A lock (Web Locks) says who leads: the browser gives it to the next tab when its
 * holder is closed. A leader that hangs or is frozen holds it still, but its beat is missing then, and
 * a tab that listens takes the lock from it.
 */
class Member implements FeedSink {
  readonly #options: TabFeedOptions;
  readonly #id = crypto.randomUUID();
  readonly #channel: BroadcastChannel;
  readonly #heard: Stopwatch;
  #term = 0;
  /** Set while this tab leads. */
  #feed: Feed | null = null;
  #release = () => {};
  #asking = new AbortController();
  #asked = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;
  #state: LineState = CONNECTING;
  #last: DeliveredSnapshot | null = null;
  /** What the last snapshot came over brings every final. */
  #whole = true;

  constructor(options: TabFeedOptions) {
    this.#options = options;
    this.#heard = new Stopwatch(options.clock);
    this.#channel = new BroadcastChannel(options.name);
    this.#channel.onmessage = ({ data }) => this.#take(readTabMessage(data));
    this.#follow();
  }

  leave(): void {
    this.#over = true;
    this.#stepDown();
    this.#asking.abort();
    clearTimeout(this.#timer);
    this.#channel.close();
  }

  /** Does it here where this tab leads, or asks the leader to. */
  request(kind: "look" | "reconnect"): void {
    if (this.#feed !== null) return this.#feed[kind]();
    this.#post({ kind });
    if (kind === "look") this.#watch();
  }

  line(state: LineState): void {
    this.#tell({ kind: "line", state });
    this.#takeLine(state);
  }

  began(): void {
    this.#tell({ kind: "began" });
    this.#options.sink.began();
  }

  snapshot(data: DeliveredSnapshot, whole: boolean): void {
    this.#tell({ kind: "snapshot", data, whole });
    this.#takeSnapshot(data, whole);
  }

  reset(reason: string): void {
    this.#tell({ kind: "reset", reason });
    this.#options.sink.reset(reason);
  }

  /** Listens, and waits in line for the lock. */
  #follow(): void {
    this.#heard.restart();
    this.#queue();
    this.#ask();
    this.#arm(this.#options.timings.beatLostMs);
  }

  #queue(): void {
    const { locks, name } = this.#options;
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    locks.request(name, { signal }, () => this.#lead()).catch((error) => {
      if (!signal.aborted) this.#lost(error);
    });
  }

  /** Leads until the promise is fulfilled, or the lock is taken away. */
  #lead(): Promise<void> {
    if (this.#over) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#release = resolve;
    if (this.#feed !== null) return promise;
    clearTimeout(this.#timer);
    this.#term = Math.max(this.#term + 1, Math.floor(this.#options.clock.now()));
    this.#feed = this.#options.connect(this);
    this.#beat();
    this.#feed.start();
    return promise;
  }

  /** Another tab took the lock, or the browser gives none: then this tab connects by itself. */
  #lost(error: unknown): void {
    if (this.#over) return;
    if (!(error instanceof Error && error.name === "AbortError")) return void this.#lead();
    this.#stepDown();
    this.#follow();
  }

  #stepDown(): void {
    clearTimeout(this.#timer);
    this.#feed?.stop();
    this.#feed = null;
    this.#release();
  }

  #beat(): void {
    this.#tell({ kind: "beat" });
    this.#timer = setTimeout(() => this.#beat(), this.#options.timings.beatMs);
  }

  #arm(afterMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#watch(), afterMs);
  }

  /** A tab that was asleep itself has heard nothing either: it asks before it takes the lock. */
  #watch(): void {
    const { beatMs, beatLostMs } = this.#options.timings;
    const leftMs = beatLostMs - this.#heard.elapsedMs();
    if (leftMs > 0) {
      this.#asked = false;
      return this.#arm(leftMs);
    }
    if (this.#asked) return this.#seize();
    this.#asked = true;
    this.#ask();
    // Not all at once.
    this.#arm(beatMs * (0.5 + this.#options.random() / 2));
  }

  #seize(): void {
    const { locks, name, timings } = this.#options;
    this.#asked = false;
    this.#heard.restart();
    this.#asking.abort();
    this.#arm(timings.beatLostMs);
    locks.request(name, { steal: true }, () => this.#lead())
      .catch((error) => this.#lost(error));
  }

  #take(message: TabMessage | null): void {
    if (this.#over || message === null) return;
    if (!("term" in message)) return this.#serve(message);
    if (this.#feed !== null || message.term < this.#term) return;
    this.#term = message.term;
    this.#heard.restart();
    this.#asked = false;
    const { sink } = this.#options;
    switch (message.kind) {
      case "beat":
        return;
      case "began":
        return sink.began();
      case "line":
        return this.#takeLine(message.state);
      case "reset":
        return sink.reset(message.reason);
      case "snapshot":
        return this.#takeSnapshot(message.data, message.whole);
      case "welcome":
        if (message.to === this.#id) this.#takeWelcome(message);
    }
  }

  #takeWelcome(message: Extract<LeaderNews, { kind: "welcome" }>): void {
    if (isBehind(this.#options.since(), message.since)) this.#options.sink.reset("gap");
    if (message.data !== null) this.#takeSnapshot(message.data, message.whole);
    this.#takeLine(message.state);
  }

  #takeLine(state: LineState): void {
    this.#state = state;
    this.#options.sink.line(state);
  }

  #takeSnapshot(data: DeliveredSnapshot, whole: boolean): void {
    this.#last = data;
    this.#whole = whole;
    this.#options.sink.snapshot(data, whole);
  }

  /** Others ask, and the leader does. */
  #serve(request: Request): void {
    if (this.#feed === null) return;
    if (request.kind !== "ask") return this.#feed[request.kind]();
    this.#tell({
      kind: "welcome",
      to: request.from,
      since: this.#options.since(),
      state: this.#state,
      data: this.#last,
      whole: this.#whole,
    });
  }

  #ask(): void {
    this.#post({ kind: "ask", from: this.#id });
  }

  #tell(news: LeaderNews): void {
    this.#post({ ...news, term: this.#term });
  }

  #post(message: TabMessage): void {
    if (!this.#over) this.#channel.postMessage(message);
  }
}

/** A feed shared by the tabs of a browser. */
export class TabFeed implements Feed {
  readonly #options: TabFeedOptions;
  #member: Member | null = null;

  constructor(options: TabFeedOptions) {
    this.#options = options;
  }

  start(): void {
    this.#member ??= new Member(this.#options);
  }

  stop(): void {
    this.#member?.leave();
    this.#member = null;
  }

  reconnect(): void {
    this.#member?.request("reconnect");
  }

  look(): void {
    this.#member?.request("look");
  }
}

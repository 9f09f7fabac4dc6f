/** What one WebSocket follows beside the snapshots. */
import { EventChannel } from "./event_channel.ts";
import type { EventFilter } from "./event_cursor.ts";
import type { Feeds } from "./feeds.ts";
import type { Hub } from "./hub.ts";
import type { PacedSocket } from "./paced_socket.ts";
import { type ChannelName, errorFrame, sourcesFrame, type SubscribeFrame } from "./protocol.ts";
import type { SourceWatch } from "./source_watch.ts";

/** Tells one peer what the sources are like: the newest, where it does not keep up. */
class SourceChannel {
  readonly #line: PacedSocket;
  readonly #watch: SourceWatch;
  readonly #unwatch: () => void;
  /** There is something to tell. */
  #due = true;

  constructor(line: PacedSocket, watch: SourceWatch, changed: () => void) {
    this.#line = line;
    this.#watch = watch;
    this.#unwatch = watch.watch(() => {
      this.#due = true;
      changed();
    });
  }

  /** Tells what may be told now; returns how long to wait where it may not. */
  pump(): number {
    if (!this.#due) return Infinity;
    const text = sourcesFrame(this.#watch.current());
    const now = performance.now();
    const waitMs = this.#line.wordWaitMs(text.length, now);
    if (waitMs > 0) return waitMs;
    this.#due = false;
    this.#line.preface(text, now);
    return Infinity;
  }

  stop(): void {
    this.#unwatch();
  }
}

function filterOf({ filter: { source, type, subject } = {} }: SubscribeFrame): EventFilter {
  return {
    ...(source === undefined ? {} : { source }),
    ...(type === undefined ? {} : { type }),
    ...(subject === undefined ? {} : { subject }),
  };
}

/** The channels `events` and `sources` of one peer. */
export class Channels {
  readonly #hub: Pick<Hub, "count">;
  readonly #feeds: Feeds;
  readonly #line: PacedSocket;
  readonly #wake: () => void;
  #events: EventChannel | null = null;
  #sources: SourceChannel | null = null;

  /** @param wake called when there may be more to send: {@link pump} is to be called then */
  constructor(hub: Pick<Hub, "count">, feeds: Feeds, line: PacedSocket, wake: () => void) {
    this.#hub = hub;
    this.#feeds = feeds;
    this.#line = line;
    this.#wake = wake;
  }

  /**
   * Follows what the peer names, from where it says; a channel that it followed begins anew.
   *
   * @throws {LogFailedError} where the log cannot be read
   */
  subscribe(frame: SubscribeFrame): void {
    this.unsubscribe(frame.channels);
    if (frame.channels.includes("sources")) {
      this.#sources = new SourceChannel(this.#line, this.#feeds.sources, this.#wake);
    }
    if (!frame.channels.includes("events")) return;
    if (!this.#feeds.mayReadEvents) {
      const needed = "Events need a key with the scope audit";
      return this.#line.say(errorFrame("forbidden", needed));
    }
    const tail = this.#feeds.events;
    if (tail === null) return this.#refuseEvents();
    const request = { filter: filterOf(frame), after: frame.after ?? null };
    this.#events = new EventChannel(this.#line, tail, request, this.#wake);
    if (this.#events.began === "reset") this.#hub.count("resets");
  }

  /** Follows no more what the peer names. */
  unsubscribe(names: readonly ChannelName[]): void {
    if (names.includes("events")) {
      this.#events?.stop();
      this.#events = null;
    }
    if (names.includes("sources")) {
      this.#sources?.stop();
      this.#sources = null;
    }
  }

  /**
   * Sends what may go now.
   *
   * @returns how long to wait before more may go; Infinity where only the peer can tell, or nothing waits
   * @throws {LogFailedError} where the log cannot be read
   */
  pump(): number {
    return Math.min(this.#sources?.pump() ?? Infinity, this.#events?.pump() ?? Infinity);
  }

  /** Follows nothing more. */
  stop(): void {
    this.unsubscribe(["events", "sources"]);
  }

  #refuseEvents(): void {
    const writer = this.#feeds.writerAddress();
    const where = writer === null ? ", whose address is not known yet" : ` at ${writer}`;
    this.#line.say(
      errorFrame("not_on_this_node", `This node holds no log; follow events at the writer${where}`),
    );
  }
}

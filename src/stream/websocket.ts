/** A WebSocket that follows the hub in `pnl.v1`. */
import type { Broadcast } from "./broadcast.ts";
import { Allowance } from "./allowance.ts";
import type { Hub, Subscriber } from "./hub.ts";
import {
  BadFrameError,
  CLOSE,
  errorFrame,
  helloFrame,
  PONG,
  PROTOCOL,
  readClientFrame,
  resetFrame,
} from "./protocol.ts";
import type { ResetReason } from "./resume.ts";

/** Bytes that may wait in this process for one peer; beyond that it gets only the latest state. */
const MAX_BUFFERED_BYTES = 64 * 1024;
/** Seconds of silence after which the runtime pings, then gives the peer up. */
const IDLE_SECONDS = 30;
/** Finals read at a time while a gap is filled. */
const REPLAY_PAGE = 16;
/** How often, and how many times, a gap that is being filled waits for the peer to read. */
const REPLAY_WAIT_MS = 50;
const REPLAY_WAITS = 200;
/** Frames a client may send: a burst, then so many a second; filling a gap costs as many as 20. */
const BURST_FRAMES = 200;
const FRAMES_PER_SECOND = 50;
const SUBSCRIBE_COST = 20;

class WebSocketSubscriber implements Subscriber {
  readonly transport = "websocket";
  readonly #hub: Hub;
  readonly #socket: WebSocket;
  readonly #allowance = new Allowance(BURST_FRAMES, FRAMES_PER_SECOND, performance.now());
  #lastOffset = -1;
  /** Set while a gap is filled: nothing live is sent meanwhile. A newer one ends an older one. */
  #replay: symbol | null = null;

  constructor(hub: Hub, socket: WebSocket) {
    this.#hub = hub;
    this.#socket = socket;
  }

  opened(): void {
    if (this.#hub.draining) return this.drain(this.#hub.retryMs());
    this.#sendText(helloFrame(this.#hub.epoch, this.#hub.intervalMs));
    this.#send(this.#hub.current());
  }

  /** The peer is gone, or the runtime gave it up; it may say so twice. */
  closed(): void {
    this.#replay = null;
    this.#hub.release(this);
  }

  received(data: unknown): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    try {
      if (!this.#allowance.take(1, performance.now())) return this.#refuse();
      this.#handle(data);
    } catch (error) {
      if (!(error instanceof BadFrameError)) throw error;
      this.#sendText(errorFrame(error.code, error.message));
      this.#close(CLOSE.badFrame, "bad frame");
    }
  }

  offer(broadcast: Broadcast): void {
    if (this.#replay !== null || broadcast.frame.offset < this.#lastOffset) return;
    this.#send(broadcast);
  }

  /** The runtime's own pings keep the line alive. */
  keepAlive(): void {}

  drain(retryMs: number): void {
    this.#close(CLOSE.drain, `retryMs=${retryMs}`);
  }

  #handle(data: unknown): void {
    const frame = readClientFrame(data);
    switch (frame.type) {
      case "ping":
        return this.#sendText(PONG);
      case "ack":
        return;
      case "subscribe":
        if (!this.#allowance.take(SUBSCRIBE_COST, performance.now())) return this.#refuse();
        return this.#subscribe(frame.since ?? null);
    }
  }

  #subscribe(since: string | null): void {
    const resume = this.#hub.resume(since);
    if (resume.kind === "replay") return void this.#fillGap(resume.after);
    this.#replay = null;
    const current = this.#hub.current();
    if (resume.kind === "reset") this.#sendReset(resume.reason, current);
    this.#send(current);
  }

  /** Sends the finals since an offset as fast as the peer reads, then the current snapshot. */
  async #fillGap(after: number): Promise<void> {
    const replay = Symbol("replay");
    this.#replay = replay;
    let filled = after;
    let page = this.#hub.finalsAfter(filled, REPLAY_PAGE);
    for (let waits = 0; page.length > 0;) {
      if (this.#behind()) {
        if (++waits > REPLAY_WAITS) return this.#giveUp();
        await new Promise((resolve) => setTimeout(resolve, REPLAY_WAIT_MS));
        if (this.#replay !== replay) return;
        continue;
      }
      for (const broadcast of page) this.#send(broadcast);
      filled = page.at(-1)?.frame.offset ?? filled;
      page = this.#hub.finalsAfter(filled, REPLAY_PAGE);
    }
    this.#replay = null;
    this.#send(this.#hub.current());
  }

  /** The peer does not read: what lies between is not sent, and that is said. */
  #giveUp(): void {
    this.#replay = null;
    this.#sendReset("gap", this.#hub.current());
  }

  #send(broadcast: Broadcast): void {
    if (this.#behind()) return this.#hub.count("conflated");
    this.#lastOffset = broadcast.frame.offset;
    this.#sendText(broadcast.webSocketText);
    this.#hub.count("sent");
  }

  #sendReset(reason: ResetReason, current: Broadcast): void {
    this.#hub.count("resets");
    this.#sendText(resetFrame(reason, current));
  }

  #behind(): boolean {
    return this.#socket.bufferedAmount > MAX_BUFFERED_BYTES;
  }

  #refuse(): void {
    this.#sendText(errorFrame("too_many_frames", "Too many frames in a short time"));
    this.#close(CLOSE.limit, "too many frames");
  }

  #sendText(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  #close(code: number, reason: string): void {
    this.#replay = null;
    this.#hub.mute(this);
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(code, reason);
  }
}

/**
 * Upgrades a request to a WebSocket that follows the hub. The request's handshake and origin must
 * have been checked. Where the hub is full, the socket is closed with 4429 as soon as it is open.
 *
 * @returns the 101 response, whose headers cannot be changed
 */
export function openWebSocket(hub: Hub, request: Request): Response {
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  const chosen = offered.split(",").some((name) => name.trim() === PROTOCOL);
  const { socket, response } = Deno.upgradeWebSocket(request, {
    idleTimeout: IDLE_SECONDS,
    ...(chosen ? { protocol: PROTOCOL } : {}),
  });
  if (!hub.admits()) {
    socket.onopen = () => socket.close(CLOSE.limit, "too many connections");
    return response;
  }
  const subscriber = new WebSocketSubscriber(hub, socket);
  hub.add(subscriber);
  socket.onopen = () => subscriber.opened();
  socket.onmessage = (event) => subscriber.received(event.data);
  socket.onclose = () => subscriber.closed();
  socket.onerror = () => subscriber.closed();
  return response;
}

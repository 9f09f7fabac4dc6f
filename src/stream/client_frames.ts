/** What one peer sends in `pnl.v1`: held to its limits, read, and answered where a word is enough. */
import { parseStreamPosition } from "../projection/frame.ts";
import type { Hub } from "./hub.ts";
import { Inbound } from "./inbound.ts";
import type { PacedSocket } from "./paced_socket.ts";
import {
  type AckFrame,
  type ChannelName,
  errorFrame,
  PONG,
  readClientFrame,
  type SubscribeFrame,
} from "./protocol.ts";

/** What is left to do after a frame; null: nothing. */
export type Asked =
  | SubscribeFrame
  | { readonly type: "unsubscribe"; readonly channels: readonly ChannelName[] }
  /** Something has arrived: there may be room for more. */
  | { readonly type: "acknowledged" }
  /** It sends more than it may. */
  | { readonly type: "excess"; readonly limit: "frames" | "bytes" }
  | null;

/** Reads the frames of one peer. */
export class ClientFrames {
  readonly #hub: Pick<Hub, "epoch">;
  readonly #line: PacedSocket;
  readonly #inbound: Inbound;

  /** @param now a monotonic time, in milliseconds */
  constructor(hub: Pick<Hub, "epoch">, line: PacedSocket, now: number) {
    this.#hub = hub;
    this.#line = line;
    this.#inbound = new Inbound(now);
  }

  /** How long ago something came, in milliseconds. */
  quietMs(now: number): number {
    return this.#inbound.quietMs(now);
  }

  /**
   * Reads a frame.
   *
   * @throws {BadFrameError}
   */
  read(data: unknown, now: number): Asked {
    const limit = this.#inbound.receive(data, now);
    if (limit !== null) return { type: "excess", limit };
    const frame = readClientFrame(data);
    switch (frame.type) {
      case "ping":
        this.#line.say(PONG);
        return null;
      case "ack":
        return this.#acknowledge(frame, data, now);
      case "unsubscribe":
        return frame;
      case "subscribe": {
        const excess = this.#inbound.subscribe(now);
        return excess === null ? frame : { type: "excess", limit: excess };
      }
    }
  }

  #acknowledge({ pos, position }: AckFrame, data: unknown, now: number): Asked {
    const place = parseStreamPosition(pos ?? "");
    const outcome = position !== undefined
      ? this.#line.acknowledge("events", position, now)
      : place !== null && place.epoch === this.#hub.epoch
      ? this.#line.acknowledge("pnl", place.offset, now)
      : "unknown";
    if (outcome === "unknown") {
      this.#line.say(errorFrame("unknown_position", "No such position was sent here"));
      return null;
    }
    if (outcome === "fresh") this.#inbound.forgive(data, now);
    return { type: "acknowledged" };
  }
}

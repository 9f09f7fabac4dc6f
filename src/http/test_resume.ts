/** A client that comes back to a stream with a position, for tests, over either transport. */
import assert from "node:assert/strict";
import type { Transport } from "../stream/subscriber.ts";
import { SseClient, WebSocketClient } from "./test_streams.ts";

/** Both ways to follow the snapshots. */
export const TRANSPORTS: readonly Transport[] = ["sse", "websocket"];

/** What a stream showed, in order: positions, and `reset <reason>`. */
export interface Line {
  /** The next thing that it shows. */
  next(): Promise<string>;
  /** Goes away, without a word to the server. */
  cut(): Promise<void>;
}

async function openSse(origin: string, since: string | null): Promise<Line> {
  const headers = since === null ? {} : { "last-event-id": since };
  const client = new SseClient(await fetch(`${origin}/api/pnl/stream`, { headers }));
  return {
    next: async () => {
      const { event, id, data } = await client.nextData();
      return event === "reset" ? `reset ${JSON.parse(data).reason}` : id ?? "";
    },
    cut: () => client.close(),
  };
}

async function openWebSocket(origin: string, since: string | null): Promise<Line> {
  const query = since === null ? "" : `?since=${encodeURIComponent(since)}`;
  const client = new WebSocketClient(`${origin}/ws${query}`, ["pnl.v1"]);
  assert.equal((await client.next()).type, "hello");
  return {
    next: async () => {
      const { type, pos, reason } = await client.next();
      if (type === "reset") return `reset ${reason}`;
      // As a good client does: what comes is acknowledged.
      client.send({ type: "ack", pos });
      return pos ?? "";
    },
    cut: () => client.close(),
  };
}

/** Opens a stream that goes on after a position, or begins with the current snapshot. */
export function open(origin: string, by: Transport, since: string | null): Promise<Line> {
  return by === "sse" ? openSse(origin, since) : openWebSocket(origin, since);
}

/** All that a stream shows up to a position and with it. */
export async function shown(
  origin: string,
  by: Transport,
  since: string | null,
  last: string,
): Promise<string[]> {
  const line = await open(origin, by, since);
  const all: string[] = [];
  while (all.at(-1) !== last || all.at(-1) === undefined) all.push(await line.next());
  await line.cut();
  return all;
}

/** Our server with all its routes and its hub, on snapshots of a chosen size in place of a projection. */
import { openAccess } from "../src/access/test_open_access.ts";
import { createApp } from "../src/http/app.ts";
import { serveWith } from "../src/http/serve.ts";
import { TrustedProxies } from "../src/http/trusted_proxies.ts";
import { Operations } from "../src/http/operations.ts";
import { rateLimits } from "../src/http/rate_limit.ts";
import { startServer } from "../src/http/server.ts";
import { systemClock as clock } from "../src/log/system_clock.ts";
import { defaultAnswer, emptyFrameOf } from "../src/projection/default_answer.ts";
import type { Frame } from "../src/projection/frame.ts";
import type { Projection } from "../src/projection/projection.ts";
import { ReadPath } from "../src/projection/read_path.ts";
import { Broadcast } from "../src/stream/broadcast.ts";
import { Hub } from "../src/stream/hub.ts";
import { FRAME_BYTES, MARK, obey } from "./fanout_commands.ts";

/** Nothing is sent between the messages of the benchmark. */
const NO_TICK_MS = 3_600_000;

/** Snapshots that are given to it. */
class Feed implements Projection {
  readonly epoch = "0123456789abcdef";
  readonly windowMs = 5_000;
  readonly trails = false;
  readonly state = { status: "running" } as const;
  readonly completeAfter = 0;
  readonly finalsTier = "memory";
  readonly #listeners = new Set<(frame: Frame) => void>();
  #current: Frame = this.frame(0, 0);

  get position(): number {
    return this.#current.position;
  }

  /** A snapshot with so many characters of filling. */
  frame(position: number, filling: number): Frame {
    const json = JSON.stringify({ position, filling: "x".repeat(filling), mark: MARK });
    return { epoch: this.epoch, offset: 2 * position, position, final: false, json };
  }

  current(): Frame {
    return this.#current;
  }

  streamed(): Frame {
    return this.#current;
  }

  finalsAfter(): readonly Frame[] {
    return [];
  }

  subscribe(listener: (frame: Frame) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Publishes a snapshot. */
  push(frame: Frame): void {
    this.#current = frame;
    for (const listener of this.#listeners) listener(frame);
  }
}

const projection = new Feed();
const served = {
  clock,
  statuses: () => [],
  confirmedAgeMs: () => 0,
  intervalMs: () => NO_TICK_MS,
};
const serve = serveWith(served);
const empty = emptyFrameOf(projection);
const hub = new Hub({ projection, serve, empty, intervalMs: NO_TICK_MS });
const operations = new Operations({ ...served, log: null, projection, hub, polls: () => [] });
const app = createApp({
  operations,
  role: "edge",
  log: null,
  projection,
  explainer: null,
  readPath: new ReadPath([], {
    epoch: () => projection.epoch,
    clock,
    fallback: (key) => defaultAnswer(key, projection.windowMs),
  }),
  hub,
  serve,
  ...served,
  version: "bench",
  mode: () => "live",
  writerAddress: () => null,
  redis: null,
  alerts: null,
  rateLimits: rateLimits({ perAddress: 0, perKey: 0 }, clock),
  allowedOrigins: [],
  access: openAccess(clock),
  publicUrl: null,
  dashboard: null,
  trustedProxies: new TrustedProxies([]),
});
console.log(startServer({ app, hub, operations, host: "127.0.0.1", port: 0 }).port);
const sse = Deno.args[0] === "sse";
await obey((serial) => {
  // What stands around the filling differs in length from one to the next, so it is measured.
  const bare = projection.frame(serial + 1, 0);
  const { webSocketText, sseBytes } = new Broadcast(bare, serve(bare, "memory"));
  const filling = FRAME_BYTES - (sse ? sseBytes.length : webSocketText.length);
  projection.push(projection.frame(serial + 1, Math.max(0, filling)));
});

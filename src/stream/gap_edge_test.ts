import assert from "node:assert/strict";
import { SseClient, until, WebSocketClient } from "../http/test_streams.ts";
import { EdgeFrames } from "../projection/edge_frames.ts";
import type { Frame } from "../projection/frame.ts";
import type { SnapshotRecord } from "../redis/records.ts";
import { ANYONE } from "./holder.ts";
import { Hub } from "./hub.ts";
import { openSse } from "./sse.ts";
import type { Subscriber, Transport } from "./subscriber.ts";
import { EPOCH, noFeeds } from "./test_scene.ts";
import { WebSocketSubscriber } from "./websocket_subscriber.ts";

const OTHER_EPOCH = "fedcba9876543210";
/** Finals before a client comes: more than are buffered for one that does not read. */
const FIRST_FINALS = 500;
/** Those who are told to go come before, and so many at a time: a client has to wait for its turn. */
const CROWD = 1_000;
/** Finals that an edge keeps. */
const KEPT_FINALS = 1_000;

/** A hub over the snapshots that an edge keeps, as they come from a test. */
class EdgeScene implements AsyncDisposable {
  readonly frames = new EdgeFrames();
  readonly #tell: ((frame: Frame) => void)[] = [];
  #place = { branch: "a", epoch: EPOCH };
  #final = 0;
  /** From one final to the next. */
  #step = 2;
  readonly hub: Hub;

  constructor() {
    const { frames } = this;
    this.hub = new Hub({
      projection: {
        get epoch() {
          return frames.place?.epoch ?? "";
        },
        get completeAfter() {
          return frames.completeAfter;
        },
        windowMs: 5_000,
        position: 0,
        finalsTier: "memory",
        trails: true,
        state: { status: "running" },
        current: () => frames.current,
        streamed: () => frames.current,
        finalsAfter: (offset, limit) => frames.finalsAfter(offset, limit),
        subscribe: (listener) => {
          this.#tell.push(listener);
          return () => {};
        },
      },
      serve: () => `{"of":"${"the test ".repeat(20)}"}`,
      empty: () => assert.fail("There are snapshots"),
      intervalMs: 60_000,
    });
    this.hub.start();
    frames.begin(this.#place, this.#made(FIRST_FINALS));
  }

  /** Another line begins, as an edge takes it: all are told to go, then comes its current snapshot. */
  begin(place: { readonly branch: string; readonly epoch: string }, finals: number): void {
    this.#place = place;
    this.#final = 0;
    this.#step = 4;
    this.frames.begin(place, this.#made(finals));
    this.hub.sendAway();
    this.#tell[0]?.(this.frames.current!);
  }

  /** The next finals. */
  go(finals: number): void {
    for (const record of this.#made(finals)) {
      const { frame } = this.frames.take(record);
      this.#tell[0]?.(frame!);
    }
  }

  #made(finals: number): SnapshotRecord[] {
    return Array.from({ length: finals }, () => {
      const previous = this.#final;
      this.#final += previous === 0 ? 3 : this.#step;
      return { ...this.#place, offset: this.#final, json: "{}", previous };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub.drain(0);
  }
}

const nobody = (): Subscriber => ({ transport: "sse", offer() {}, keepAlive() {}, drain() {} });

/** A client that goes on from a position, and reads nothing for now. */
interface Client extends AsyncDisposable {
  /** Positions, and `reset <reason>`, as they came. */
  readonly shown: string[];
  /** It reads on. */
  go(): void;
}

async function openEventStream({ hub }: EdgeScene, since: string): Promise<Client> {
  const client = new SseClient(new Response(openSse(hub, { since, holder: ANYONE })));
  const shown: string[] = [];
  let reading = Promise.resolve();
  // What there is room for is sent; then it stalls.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const read = async () => {
    for (let next = await client.next(); next !== null; next = await client.next()) {
      if (next.event === "reset") shown.push(`reset ${JSON.parse(next.data ?? "").reason}`);
      if (next.event === "snapshot") shown.push(next.id ?? "");
    }
  };
  return {
    shown,
    go: () => reading = read(),
    async [Symbol.asyncDispose]() {
      await client.close();
      await reading;
    },
  };
}

async function openSocket({ hub }: EdgeScene, since: string): Promise<Client> {
  const { promise, resolve } = Promise.withResolvers<WebSocketSubscriber>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const first = { type: "subscribe" as const, channels: ["pnl" as const], since };
    const subscriber = new WebSocketSubscriber(hub, socket, first, noFeeds());
    subscriber.hold(true);
    socket.onopen = () => {
      hub.add(subscriber);
      subscriber.opened();
      resolve(subscriber);
    };
    socket.onmessage = (event) => subscriber.received(event.data);
    socket.onclose = () => subscriber.closed();
    return response;
  });
  const client = new WebSocketClient(`http://127.0.0.1:${server.addr.port}/`);
  const shown: string[] = [];
  client.socket.onmessage = ({ data }) => {
    const { type, pos, reason } = JSON.parse(data);
    if (type === "reset") shown.push(`reset ${reason}`);
    if (type === "snapshot") shown.push(pos);
  };
  const subscriber = await promise;
  return {
    shown,
    go: () => {
      subscriber.hold(false);
      subscriber.watch(performance.now());
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.shutdown();
    },
  };
}

const OPEN: Readonly<Record<Transport, (scene: EdgeScene, since: string) => Promise<Client>>> = {
  sse: openEventStream,
  websocket: openSocket,
};

/**
 * Opens a client in the middle of its gap, lets something happen, and lets it read on.
 *
 * @returns the first thing it was shown that does not continue the finals before, and the one after
 */
async function cutShort(by: Transport, happen: (scene: EdgeScene) => void): Promise<string[]> {
  await using scene = new EdgeScene();
  for (let at = 0; at < CROWD; at++) scene.hub.add(nobody());
  await using client = await OPEN[by](scene, `${EPOCH}:3`);
  happen(scene);
  client.go();
  const { shown } = client;
  const broken = () => shown.findIndex((each, at) => each !== `${EPOCH}:${2 * at + 5}`);
  await until(() => broken() >= 0 && broken() < shown.length - 1, "shown what came of it");
  return shown.slice(broken(), broken() + 2);
}

/** The current snapshot of a line that began while the gap was filled. */
const LATER = 4 * 700 - 1;

for (const by of ["sse", "websocket"] as const) {
  Deno.test(`a gap that is filled over ${by} is given up where another branch begins, and that is said`, async () => {
    const shown = await cutShort(by, (scene) => scene.begin({ branch: "b", epoch: EPOCH }, 700));
    assert.deepEqual(shown, ["reset gap", `${EPOCH}:${LATER}`]);
  });

  Deno.test(`a gap that is filled over ${by} is given up where another epoch begins, and that is said`, async () => {
    const place = { branch: "b", epoch: OTHER_EPOCH };
    const shown = await cutShort(by, (scene) => scene.begin(place, 700));
    assert.deepEqual(shown, ["reset epoch", `${OTHER_EPOCH}:${LATER}`]);
  });

  Deno.test(`a gap that is filled over ${by} is given up where its finals are not kept any more`, async () => {
    const shown = await cutShort(by, (scene) => scene.go(KEPT_FINALS));
    assert.deepEqual(shown, ["reset gap", `${EPOCH}:${2 * (FIRST_FINALS + KEPT_FINALS) + 1}`]);
  });

  Deno.test(`a client over ${by} that is ahead of an edge gets nothing older, however many finals come at once`, async () => {
    await using scene = new EdgeScene();
    const since = 2 * (FIRST_FINALS + 400) + 1;
    await using client = await OPEN[by](scene, `${EPOCH}:${since}`);
    client.go();
    // At first more than wait to be offered; the client's position comes with the second burst.
    for (const burst of [300, 200]) {
      scene.go(burst);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { shown } = client;
    const expected = Array.from({ length: 101 }, (_, at) => `${EPOCH}:${since + 2 * at}`);
    await until(() => shown.length >= expected.length, "shown the rest");
    assert.deepEqual(shown, expected);
  });

  Deno.test(`a client over ${by} that waits for more gets each final once, however many come at once`, async () => {
    await using scene = new EdgeScene();
    const since = scene.frames.current!.offset;
    await using client = await OPEN[by](scene, `${EPOCH}:${since}`);
    client.go();
    scene.go(300);
    const { shown } = client;
    const expected = Array.from({ length: 300 }, (_, at) => `${EPOCH}:${since + 2 * at + 2}`);
    await until(() => shown.includes(expected.at(-1)!), "shown the last");
    assert.deepEqual(shown.slice(shown[0] === `${EPOCH}:${since}` ? 1 : 0), expected);
  });
}

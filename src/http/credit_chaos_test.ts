import assert from "node:assert/strict";
import { RawWebSocket } from "./test_raw_websocket.ts";
import { startTestServer, type TestServer } from "./test_server.ts";
import { soon } from "./test_streams.ts";

const CLIENTS = 20;
const WILD_MS = 5_000;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const below = (most: number) => Math.floor(Math.random() * most);

/** A client that acknowledges whatever it likes for some time, and then as it should. */
class WildClient {
  readonly #server: TestServer;
  readonly #peer: RawWebSocket;
  /** Positions of snapshots, as they came. */
  readonly positions: string[] = [];
  readonly errors = new Set<unknown>();
  wild = true;

  constructor(server: TestServer, peer: RawWebSocket) {
    this.#server = server;
    this.#peer = peer;
  }

  /** Reads and answers until the position has come. */
  async run(last: () => string | null): Promise<void> {
    while (this.positions.at(-1) !== last()) {
      const frames = await this.#peer.take(this.wild ? 1 + below(30_000) : 100_000);
      for (const { type, pos, code } of frames) {
        if (type === "error") this.errors.add(code);
        if (type === "snapshot") this.positions.push(pos ?? "");
      }
      if (this.#peer.closed !== null || !this.#peer.isOpen) {
        throw new Error(`The server closed: ${JSON.stringify(this.#peer.closed)}`);
      }
      if (this.wild) await this.#act();
      else if (frames.length > 0) await this.#acknowledge(this.positions.at(-1));
    }
  }

  /** Owes nothing from now on. */
  async tame(): Promise<void> {
    this.wild = false;
    // What it did last comes first.
    await pause(1_000);
    await this.#acknowledge(this.positions.at(-1));
  }

  async #act(): Promise<void> {
    // Not more frames than a client may send.
    await pause(100);
    const { epoch } = this.#server.projector;
    const any = this.positions.at(-1 - below(this.positions.length));
    switch (below(12)) {
      case 0:
        return await this.#acknowledge(`${epoch}:${below(2_000)}`);
      case 1:
        return await this.#peer.send({ type: "subscribe", channels: ["pnl"], since: any });
      case 2:
        return await pause(below(600));
      case 3:
        return await this.#peer.send({ type: "ping" });
      case 4:
      case 5:
        return await this.#acknowledge(any);
      default:
        return await this.#acknowledge(this.positions.at(-1));
    }
  }

  async #acknowledge(pos: string | undefined): Promise<void> {
    await this.#peer.send({ type: "ack", pos: pos ?? "none" });
  }
}

Deno.test("whatever was acknowledged before, who acknowledges what comes gets the current snapshot", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 200 } });
  await server.windows(30);
  const clients: WildClient[] = [];
  using peers = new DisposableStack();
  let last: string | null = null;
  for (let n = 0; n < CLIENTS; n++) {
    const peer = peers.use(await RawWebSocket.connect(server.server.port));
    clients.push(new WildClient(server, peer));
  }
  const running = Promise.all(clients.map((client) => client.run(() => last)));
  for (const from = performance.now(); performance.now() - from < WILD_MS;) {
    await server.windows(1);
    await pause(below(100));
  }
  await Promise.all(clients.map((client) => client.tame()));
  await server.windows(1);
  last = `${server.projector.epoch}:${server.projector.current()?.offset}`;
  await soon(running, "current snapshot", 10_000);
  for (const { errors } of clients) {
    assert.deepEqual([...errors].filter((code) => code !== "unknown_position"), []);
  }
  assert.ok(clients.some(({ errors }) => errors.has("unknown_position")));
  assert.equal(server.hub.stats().connections.websocket, CLIENTS);
});

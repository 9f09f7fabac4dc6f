import assert from "node:assert/strict";
import { until, WebSocketClient } from "../http/test_streams.ts";
import { EPOCH, noFeeds, Scene } from "./test_scene.ts";
import { WebSocketSubscriber } from "./websocket_subscriber.ts";

const offsetsOf = (frames: readonly { readonly offset: number }[]) =>
  frames.map(({ offset }) => offset);
const isFinal = (offset: number) => offset % 2 === 1;

/** A WebSocket that follows a scene, and what it was told. */
async function open() {
  const scene = new Scene();
  const { promise, resolve } = Promise.withResolvers<WebSocketSubscriber>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const since = `${EPOCH}:${scene.frames.at(-1)!.offset}`;
    const first = { type: "subscribe" as const, channels: ["pnl" as const], since };
    const subscriber = new WebSocketSubscriber(scene.hub, socket, first, noFeeds());
    socket.onopen = () => {
      scene.hub.add(subscriber);
      subscriber.opened();
      resolve(subscriber);
    };
    socket.onclose = () => subscriber.closed();
    return response;
  });
  const client = new WebSocketClient(`http://127.0.0.1:${server.addr.port}/`);
  const came: number[] = [];
  const resets: string[] = [];
  client.socket.onmessage = ({ data }) => {
    const { type, pos, reason } = JSON.parse(data);
    if (type === "snapshot") came.push(Number(pos.split(":")[1]));
    if (type === "reset") resets.push(reason);
  };
  const subscriber = await promise;
  await until(() => came.length === 1, "the first");
  return {
    scene,
    subscriber,
    resets,
    came,
    /** Tells finals, each followed by a provisional, while the peer is held; all are offered then. */
    async tellHeld(finals: number) {
      subscriber.hold(true);
      const { length } = scene.frames;
      for (let n = 0; n < finals; n++) {
        scene.tell(true);
        await new Promise((resolve) => setTimeout(resolve, 1));
        scene.tell(false);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      subscriber.hold(false);
      return offsetsOf(scene.frames.slice(length));
    },
    arrived: () => until(() => came.at(-1) === scene.frames.at(-1)!.offset, "arrived"),
    async [Symbol.asyncDispose]() {
      await scene.hub.drain(1_000);
      await client.closed;
      await server.shutdown();
    },
  };
}

Deno.test("WebSocket counts what a gap leaves out: what was offered was sent or conflated, exactly", async () => {
  for (const finals of [5, 16, 17, 18, 40]) {
    await using peer = await open();
    const offered = await peer.tellHeld(finals);
    peer.subscriber.watch(performance.now());
    await peer.arrived();
    const came = peer.came.slice(1);
    assert.deepEqual(came.filter(isFinal), offered.filter(isFinal));
    assert.deepEqual(peer.resets, []);
    // The one at the end of a gap was left to it before, and is sent all the same.
    const again = finals > 16 ? 1 : 0;
    assert.equal(
      came.length + peer.scene.hub.stats().conflated - again,
      offered.length,
      `${finals}`,
    );
  }
});

Deno.test("WebSocket counts the finals that are lost where a gap is given up, which it says", async () => {
  await using peer = await open();
  const offered = await peer.tellHeld(30);
  peer.subscriber.watch(performance.now() + 10_000);
  await peer.arrived();
  assert.deepEqual(peer.came.slice(1), offered.slice(-1));
  assert.deepEqual(peer.resets, ["gap"]);
  assert.equal(peer.came.length - 1 + peer.scene.hub.stats().conflated - 1, offered.length);
});

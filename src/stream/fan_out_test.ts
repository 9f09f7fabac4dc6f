import assert from "node:assert/strict";
import { until } from "../http/test_streams.ts";
import type { Frame } from "../projection/frame.ts";
import { Broadcast } from "./broadcast.ts";
import { FanOut } from "./fan_out.ts";
import { Hub } from "./hub.ts";
import type { Subscriber } from "./subscriber.ts";
import { AT_REST, frameAt } from "./test_scene.ts";

const INTERVAL_MS = 300;

const broadcastAt = (offset: number) => new Broadcast(frameAt(offset), "{}");

function subscriber(offer: (offset: number) => void): Subscriber {
  return {
    transport: "sse",
    offer: ({ frame }) => offer(frame.offset),
    keepAlive() {},
    drain() {},
  };
}

Deno.test("FanOut offers what was published together together, and what comes meanwhile after it", async () => {
  const fanOut = new FanOut({
    conflated: (frames) => assert.equal(frames, 0),
    failed: (_, error) => assert.fail(`${error}`),
  });
  const told: { who: number; offset: number }[] = [];
  for (let who = 0; who < 600; who++) {
    fanOut.add(subscriber((offset) => {
      told.push({ who, offset });
      if (who === 0 && offset === 4) fanOut.publish(broadcastAt(5));
    }));
  }
  fanOut.publish(broadcastAt(3));
  fanOut.publish(broadcastAt(4));
  assert.equal(told.length, 0, "it waits until the caller is done");
  await until(() => told.length === 1_800, "all offered");
  const expected = [...Array(600).keys()].flatMap((
    who,
  ) => [{ who, offset: 3 }, { who, offset: 4 }]);
  assert.deepEqual(told.slice(0, 1_200), expected);
  assert.deepEqual(new Set(told.slice(1_200).map(({ offset }) => offset)), new Set([5]));
});

Deno.test("FanOut asks the time again after each burst: what comes later is told a later one", async () => {
  const fanOut = new FanOut({ conflated() {}, failed: (_, error) => assert.fail(`${error}`) });
  const lateBy: number[] = [];
  for (let who = 0; who < 1_100; who++) {
    fanOut.add({
      ...subscriber(() => {}),
      offer(_, now) {
        lateBy.push(performance.now() - now);
        // A burst that takes long.
        const until = performance.now() + (who === 100 ? 200 : 0);
        while (performance.now() < until);
      },
    });
  }
  fanOut.publish(broadcastAt(3));
  await until(() => lateBy.length === 1_100, "all offered");
  assert.ok(lateBy[101]! >= 200, "asked once for a burst");
  assert.ok(lateBy[500]! < 100, `the second burst was told a time of ${lateBy[500]} ms ago`);
});

Deno.test("Hub does not tick while something is pushed, and does so an interval later", async () => {
  const listeners: ((frame: Frame) => void)[] = [];
  let current = frameAt(2);
  const hub = new Hub({
    projection: {
      ...AT_REST,
      current: () => current,
      streamed: () => current,
      finalsAfter: () => [],
      subscribe: (listener) => {
        listeners.push(listener);
        return () => {};
      },
    },
    serve: () => "{}",
    empty: () => assert.fail("There are snapshots"),
    intervalMs: INTERVAL_MS,
  });
  const told: { offset: number; at: number }[] = [];
  hub.add(subscriber((offset) => told.push({ offset, at: performance.now() })));
  hub.start();
  const start = performance.now();
  for (let count = 1; performance.now() - start < 3 * INTERVAL_MS; count++) {
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS / 10));
    current = frameAt(2 + 2 * count);
    listeners[0]?.(current);
  }
  await until(
    () => told.filter(({ offset }) => offset === current.offset).length === 3,
    "two ticks",
  );
  await hub.drain(0);
  for (const [at, { offset, at: when }] of told.entries()) {
    const before = told[at - 1];
    if (before?.offset === offset) {
      assert.ok(when - before.at > INTERVAL_MS - 5, "a tick too early");
    }
  }
});

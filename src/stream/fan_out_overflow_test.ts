import assert from "node:assert/strict";
import { until } from "../http/test_streams.ts";
import { Broadcast } from "./broadcast.ts";
import { FanOut } from "./fan_out.ts";
import { EPOCH } from "./test_scene.ts";

/** More finals than wait while a broadcast is under way. */
const MANY = 300;

function broadcastAt(offset: number): Broadcast {
  const position = Math.floor(offset / 2);
  return new Broadcast({ epoch: EPOCH, offset, position, final: offset % 2 === 1, json: "{}" }, "");
}

Deno.test("FanOut counts what gives way, but not what is pushed out, which each reads again", async () => {
  let conflated = 0;
  const fanOut = new FanOut({
    conflated: (frames) => conflated += frames,
    failed: (_, error) => assert.fail(`${error}`),
  });
  const told: (number | "missed")[] = [];
  fanOut.add({
    transport: "sse",
    missed: () => void told.push("missed"),
    offer: ({ frame }) => void told.push(frame.offset),
    keepAlive() {},
    drain() {},
  });
  for (let n = 1; n <= MANY; n++) fanOut.publish(broadcastAt(2 * n + 1));
  for (const offset of [2 * MANY + 2, 2 * MANY + 4]) fanOut.publish(broadcastAt(offset));
  await until(() => told.length > 0, "told");
  assert.equal(told[0], "missed");
  assert.equal(told.at(-1), 2 * MANY + 4);
  assert.equal(conflated, 1);
});

Deno.test("FanOut pushes nothing out as long as there is room: nobody reads anything again", async () => {
  const fanOut = new FanOut({ conflated() {}, failed: (_, error) => assert.fail(`${error}`) });
  const told: number[] = [];
  fanOut.add({
    transport: "sse",
    missed: () => assert.fail("nothing was missed"),
    offer: ({ frame }) => void told.push(frame.offset),
    keepAlive() {},
    drain() {},
  });
  const offsets = Array.from({ length: 256 }, (_, n) => 2 * n + 1);
  for (const offset of [...offsets, 514, 515]) fanOut.publish(broadcastAt(offset));
  await until(() => told.length > 0, "told");
  assert.deepEqual(told, [...offsets, 515]);
});

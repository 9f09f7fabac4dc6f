import assert from "node:assert/strict";
import { SseClient, until } from "../http/test_streams.ts";
import { ANYONE } from "./holder.ts";
import { openSse } from "./sse.ts";
import { EPOCH, Scene } from "./test_scene.ts";

/** More than the buffer of a stream holds, and so many finals that they are left to be read again. */
const WINDOWS = 400;
/** Finals that nobody asked for are not sent later than 5 seconds after they came. */
const TOO_LATE_MS = 5_200;

/** A stream of events whose reader has read nothing of many windows. */
async function behind() {
  const scene = new Scene();
  const body = openSse(scene.hub, { since: null, holder: ANYONE });
  const client = new SseClient(new Response(body));
  for (let window = 0; window < WINDOWS; window++) {
    scene.tell(true);
    await new Promise((resolve) => setTimeout(resolve, 0));
    scene.tell(false);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const last = scene.frames.at(-1)!;
  return { scene, client, offered: scene.frames.length - 1, last: `${EPOCH}:${last.offset}` };
}

/** Reads up to a position; what came, and how often the reader was told of a gap. */
async function readTo(client: SseClient, last: string) {
  let came = 0;
  let resets = 0;
  for (let event = await client.next(); event !== null; event = await client.next()) {
    if (event.event === "reset") resets += 1;
    if (event.event === "snapshot") came += 1;
    if (event.event === "snapshot" && event.id === last) break;
  }
  return { came, resets };
}

Deno.test("SSE counts what it leaves out: what was offered was sent or conflated, exactly", async () => {
  const { scene, client, offered, last } = await behind();
  const { came, resets } = await readTo(client, last);
  assert.equal(resets, 0);
  // The first is the current one, which was not offered.
  const { conflated } = scene.hub.stats();
  assert.ok(conflated > 0);
  // What is current at the end of a gap was left to it before, and is sent all the same.
  assert.equal(came - 1 + conflated - 1, offered);
  await scene.hub.drain(0);
});

Deno.test("SSE counts the finals that are lost where a gap is given up, which it says", async () => {
  const { scene, client, offered, last } = await behind();
  await new Promise((resolve) => setTimeout(resolve, TOO_LATE_MS));
  const { came, resets } = await readTo(client, last);
  assert.equal(resets, 1);
  assert.equal(came - 1 + scene.hub.stats().conflated - 1, offered);
  await scene.hub.drain(0);
});

Deno.test("SSE counts what a reader that leaves in a gap has not had", async () => {
  const { scene, client, offered } = await behind();
  const { sent } = scene.hub.stats();
  await client.close();
  await until(() => scene.hub.stats().connections.sse === 0, "gone");
  assert.equal(sent - 1 + scene.hub.stats().conflated, offered);
  await scene.hub.drain(0);
});

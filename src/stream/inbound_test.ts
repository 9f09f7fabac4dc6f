import assert from "node:assert/strict";
import { Inbound } from "./inbound.ts";

Deno.test("Inbound names the limit that a client exceeds, in frames and in bytes", () => {
  const inbound = new Inbound(0);
  const frames = Array.from({ length: 201 }, () => inbound.receive("{}", 0));
  assert.deepEqual([frames.indexOf("frames"), frames[199]], [200, null]);
  const wordy = new Inbound(0);
  assert.equal(wordy.receive(new ArrayBuffer(128 * 1024), 0), null);
  assert.equal(wordy.receive("x", 0), "bytes");
  assert.equal(wordy.receive("x", 1_000), null);
  assert.equal(wordy.quietMs(1_500), 500);
});

Deno.test("Inbound takes any number of frames that acknowledge, and no more of others", () => {
  const inbound = new Inbound(0);
  const ack = "a".repeat(60);
  for (let n = 0; n < 10_000; n++) {
    assert.equal(inbound.receive(ack, 0), null);
    inbound.forgive(ack, 0);
  }
  const others = Array.from({ length: 201 }, () => inbound.receive("{}", 0));
  assert.equal(others.indexOf("frames"), 200);
});

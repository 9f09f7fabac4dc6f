import assert from "node:assert/strict";
import { BadFrameError, MAX_INBOUND_BYTES, readClientFrame } from "./protocol.ts";

Deno.test("readClientFrame() reads the frames of the protocol and ignores fields it does not know", () => {
  assert.deepEqual(readClientFrame('{"type":"ping","at":1}'), { type: "ping" });
  assert.deepEqual(readClientFrame('{"type":"ack","pos":"a:1"}'), { type: "ack", pos: "a:1" });
  assert.deepEqual(
    readClientFrame('{"type":"subscribe","channels":["pnl"],"since":"a:1"}'),
    { type: "subscribe", channels: ["pnl"], since: "a:1" },
  );
});

Deno.test("readClientFrame() refuses everything else", () => {
  const bad: readonly unknown[] = [
    "",
    "{",
    "null",
    "[]",
    '"ping"',
    "{}",
    '{"type":"publish"}',
    '{"type":"ack"}',
    '{"type":"ack","pos":1}',
    '{"type":"subscribe"}',
    '{"type":"subscribe","channels":[]}',
    '{"type":"subscribe","channels":["pnl","pnl"]}',
    '{"type":"subscribe","channels":["other"]}',
    '{"type":"subscribe","channels":["pnl"],"since":7}',
    new ArrayBuffer(2),
    `{"type":"ping","x":"${"y".repeat(MAX_INBOUND_BYTES)}"}`,
    // Short in characters, too long in bytes.
    `{"type":"ping","x":"${"€".repeat(MAX_INBOUND_BYTES / 2)}"}`,
  ];
  for (const data of bad) {
    assert.throws(() => readClientFrame(data), BadFrameError, String(data).slice(0, 60));
  }
});

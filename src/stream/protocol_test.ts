import assert from "node:assert/strict";
import { BadFrameError, MAX_INBOUND_BYTES, readClientFrame } from "./protocol.ts";

Deno.test("readClientFrame() reads the frames of the protocol and ignores fields it does not know", () => {
  assert.deepEqual(readClientFrame('{"type":"ping","at":1}'), { type: "ping" });
  assert.deepEqual(readClientFrame('{"type":"ack","pos":"a:1"}'), { type: "ack", pos: "a:1" });
  assert.deepEqual(
    readClientFrame('{"type":"subscribe","channels":["pnl"],"since":"a:1"}'),
    { type: "subscribe", channels: ["pnl"], since: "a:1" },
  );
  assert.deepEqual(readClientFrame('{"type":"ack","position":7}'), { type: "ack", position: 7 });
  const events = {
    type: "subscribe",
    channels: ["events", "sources"],
    after: 0,
    filter: { source: "/kalshi", type: "pnl.kalshi.fill.recorded.v1", subject: "X" },
  };
  assert.deepEqual(readClientFrame(JSON.stringify(events)), events);
  const end = { type: "unsubscribe", channels: ["pnl"] };
  assert.deepEqual(readClientFrame(JSON.stringify(end)), end);
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
    '{"type":"ack","pos":"a:1","position":7}',
    '{"type":"ack","position":1.5}',
    '{"type":"unsubscribe"}',
    '{"type":"subscribe","channels":["events"],"after":-1}',
    '{"type":"subscribe","channels":["events"],"after":"1"}',
    '{"type":"subscribe","channels":["events"],"filter":{"source":"/other"}}',
    '{"type":"subscribe","channels":["events"],"filter":{"sources":"/kalshi"}}',
    new ArrayBuffer(2),
    `{"type":"ping","x":"${"y".repeat(MAX_INBOUND_BYTES)}"}`,
    // Short in characters, too long in bytes.
    `{"type":"ping","x":"${"€".repeat(MAX_INBOUND_BYTES / 2)}"}`,
  ];
  for (const data of bad) {
    assert.throws(() => readClientFrame(data), BadFrameError, String(data).slice(0, 60));
  }
});

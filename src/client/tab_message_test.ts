import assert from "node:assert/strict";
import fc from "fast-check";
import { startTestServer } from "../http/test_server.ts";
import { CONNECTING } from "./feed.ts";
import { readTabMessage, type TabMessage } from "./tab_message.ts";

Deno.test("readTabMessage() reads each kind of message, and none that lacks a part", async () => {
  await using server = await startTestServer();
  const data = await (await server.get("/api/pnl/current")).json();
  const state = { ...CONNECTING, lastError: { code: "silent", message: "Nothing came" } };
  const messages: TabMessage[] = [
    { kind: "beat", term: 1 },
    { kind: "began", term: 2 },
    { kind: "line", state, term: 3 },
    { kind: "reset", reason: "gap", term: 4 },
    { kind: "snapshot", data, whole: true, term: 5 },
    { kind: "welcome", to: "me", since: null, state, data: null, whole: false, term: 6 },
    { kind: "welcome", to: "me", since: "x", state, data, whole: true, term: 7 },
    { kind: "ask", from: "me" },
    { kind: "look" },
    { kind: "reconnect" },
  ];
  for (const message of messages) {
    assert.deepEqual(readTabMessage(structuredClone(message)), message);
    for (const name of Object.keys(message)) {
      assert.equal(readTabMessage({ ...message, [name]: {} }), null, `${message.kind}.${name}`);
    }
  }
  assert.equal(readTabMessage({ kind: "reset", reason: "x".repeat(201), term: 1 }), null);
});

Deno.test("readTabMessage() takes anything and throws at nothing", () => {
  const kinds = ["beat", "line", "began", "reset", "snapshot", "welcome", "ask", "look"];
  const message = fc.record({
    kind: fc.constantFrom(...kinds),
    term: fc.anything(),
    state: fc.anything(),
    data: fc.anything(),
    from: fc.anything(),
  });
  fc.assert(fc.property(fc.oneof(fc.anything(), message), (value) => {
    const read = readTabMessage(value);
    assert.ok(read === null || kinds.includes(read.kind));
  }));
});

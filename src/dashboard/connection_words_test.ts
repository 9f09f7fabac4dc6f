/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { type ConnectionFacts, connectionWords } from "./connection_words.ts";

const NOW = 1_000_000;
const FACTS: ConnectionFacts = {
  status: "live",
  transport: "websocket",
  retryAt: null,
  attempts: 0,
  confirmed: true,
};

function words(change: Partial<ConnectionFacts>): string {
  const { kind, state, detail } = connectionWords({ ...FACTS, ...change }, NOW);
  return `${kind}: ${state}${detail === "" ? "" : `, ${detail}`}`;
}

Deno.test("connectionWords() tells every state, and never calls good what is not", () => {
  assert.equal(words({}), "good: Live, WebSocket");
  assert.equal(words({ transport: "sse" }), "good: Live, Server-sent events");
  assert.equal(words({ confirmed: false }), "warn: Live, unconfirmed, WebSocket");
  assert.equal(words({ status: "polling", transport: "polling" }), "warn: Polling, HTTP");
  const cut = { transport: null, retryAt: NOW + 3_200 };
  assert.equal(words({ ...cut, status: "reconnecting" }), "bad: Reconnecting, next try in 4 s");
  assert.equal(words({ ...cut, status: "offline" }), "bad: Offline, next try in 4 s");
  assert.equal(words({ ...cut, status: "stored" }), "warn: Last visit’s figures, next try in 4 s");
  assert.equal(words({ status: "reconnecting", transport: null }), "bad: Reconnecting, trying now");
  assert.equal(words({ status: "connecting", transport: null }), "quiet: Connecting");
  assert.equal(
    words({ ...cut, status: "connecting", attempts: 2 }),
    "quiet: Connecting, next try in 4 s",
  );
  assert.equal(words({ status: "paused", transport: null }), "quiet: Paused");
  assert.equal(words({ status: "refused", transport: null }), "bad: Refused");
  assert.equal(words({ status: "idle", transport: null }), "quiet: Not connected");
});

Deno.test("connectionWords() counts down in the detail alone: the state is read aloud", () => {
  const cut: Partial<ConnectionFacts> = { status: "reconnecting", transport: null };
  const states = [9_000, 4_000, 1, 0, -500].map((ms) =>
    connectionWords({ ...FACTS, ...cut, retryAt: NOW + ms }, NOW)
  );
  assert.deepEqual(new Set(states.map(({ state }) => state)), new Set(["Reconnecting"]));
  assert.deepEqual(states.map(({ detail }) => detail), [
    "next try in 9 s",
    "next try in 4 s",
    "next try in 1 s",
    "trying now",
    "trying now",
  ]);
});

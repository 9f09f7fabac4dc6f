/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { EVENT_DATA, type RecordedEvent } from "../../pnl/event.ts";
import { stampText } from "./stamp.ts";
import { type Piece, type Summary, summaryOf } from "./summary.ts";
import { positionOf } from "./catalogue.ts";

const GOLDEN = new URL("../../pnl/golden_events.ndjson", import.meta.url);

/** One event of every type ever written. */
const EVENTS: readonly RecordedEvent[] = Deno.readTextFileSync(GOLDEN).trim().split("\n")
  .map((line) => JSON.parse(line));

function words({ pieces }: Summary): string {
  const text = (piece: Piece) =>
    typeof piece === "string" ? piece : "money" in piece ? `$${piece.money}` : piece.count;
  return pieces.map(text).join("");
}

Deno.test("summaryOf() says something of every type but the day's, with the event's own amount", () => {
  const types = new Set<string>();
  for (const event of EVENTS) {
    types.add(event.type);
    const summary = summaryOf(event);
    const isQuiet = event.type === "pnl.clock.day-started.v1";
    assert.equal(words(summary) === "", isQuiet, event.type);
    if (summary.amount !== null) {
      assert.ok(JSON.stringify(event.data).includes(`"${summary.amount}"`), event.type);
    }
  }
  assert.equal(types.size, Object.keys(EVENT_DATA).length, "the golden file has every type");
});

Deno.test("summaryOf() tells a fill's side, and keeps what can be hidden apart", () => {
  const fills = EVENTS.filter(({ type }) => type === "pnl.kalshi.fill.recorded.v1").map(summaryOf);
  assert.deepEqual(fills.map(words), [
    "buys YES 10.00 at $0.5600, fee $0.017500, taker",
    "sells YES 2.50 at $0.5700, fee $0.00, maker",
  ]);
  const plain = fills[0]?.pieces.filter((piece) => typeof piece === "string").join("");
  assert.doesNotMatch(plain ?? "", /\d/);
});

Deno.test("summaryOf() says nothing of a type that this page does not know", () => {
  const event = JSON.stringify(EVENTS[0]).replace("pnl.clock.day-started.v1", "pnl.later.v9");
  assert.deepEqual(summaryOf(JSON.parse(event)), { amount: null, pieces: [] });
});

Deno.test("positionOf() and stampText() read an event's numbers", () => {
  assert.deepEqual(EVENTS.map(positionOf), EVENTS.map((_, index) => index + 1));
  assert.equal(stampText("2026-01-02T03:04:05.678Z", "utc"), "2026-01-02 03:04:05.678");
  assert.match(stampText("2026-01-02T03:04:05.678Z", "local"), /^2026-01-0\d \d\d:\d4:05\.678$/);
  assert.equal(stampText("soon", "utc"), "–");
});

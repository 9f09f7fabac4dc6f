import assert from "node:assert/strict";
import { Ladder } from "./ladder.ts";
import { PLATFORM_CLOCK } from "./stopwatch.ts";
import { baseOf, makeTransports } from "./transports.ts";

const [WS, SSE, POLLING] = makeTransports(baseOf("http://127.0.0.1/"), {}, PLATFORM_CLOCK);
assert.ok(WS !== undefined && SSE !== undefined && POLLING !== undefined);

const ladder = () => new Ladder([WS, SSE, POLLING]);

/** The transports that are tried while every attempt is lost, with what is done in between. */
function whileLost(tried: Ladder, attempts: number): string[] {
  return Array.from({ length: attempts }, () => `${tried.current?.name} ${tried.failed("lost")}`);
}

Deno.test("Ladder goes down after two failures each, then tries all at once from the best", () => {
  const down = ["websocket wait", "websocket wait", "sse wait", "sse wait"];
  const outage = ["websocket now", "sse now", "polling wait"];
  const expected = [...down, "polling wait", "polling wait", ...outage, ...outage];
  assert.deepEqual(whileLost(ladder(), 12), expected);
});

Deno.test("Ladder begins anew from a transport that opened", () => {
  const tried = ladder();
  whileLost(tried, 3);
  tried.opened(SSE);
  assert.deepEqual(tried.better, [WS]);
  assert.deepEqual(whileLost(tried, 3), ["sse wait", "sse wait", "polling wait"]);
});

Deno.test("Ladder counts a server that sends away half", () => {
  const tried = ladder();
  for (let times = 1; times <= 4; times++) {
    assert.equal(tried.current, WS, `${times}`);
    tried.failed("sent_away");
  }
  assert.equal(tried.current, SSE);
});

Deno.test("Ladder leaves out what refused, until it is reset", () => {
  const tried = ladder();
  assert.equal(tried.refused(WS), "now");
  tried.opened(POLLING);
  assert.deepEqual(tried.better, [SSE]);
  assert.equal(tried.refused(SSE), "wait");
  assert.equal(tried.current, POLLING);
  assert.equal(tried.refused(POLLING), "refused");
  tried.reset();
  assert.equal(tried.current, WS);
});

Deno.test("Ladder goes back up to the only one that did not refuse", () => {
  const tried = ladder();
  tried.opened(SSE);
  assert.equal(tried.refused(SSE), "now");
  assert.equal(tried.refused(POLLING), "wait");
  assert.equal(tried.current, WS);
});

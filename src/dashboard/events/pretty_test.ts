/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { optionsOf } from "./facets.ts";
import { delayWords, pretty } from "./pretty.ts";
import { spanOf } from "./use_rows_in_view.ts";

Deno.test("pretty() changes nothing of an event but its layout", () => {
  const line = '{"data":{"amount":"0.10","count":9007199254740991},"id":"é\\u0000"}';
  assert.deepEqual(JSON.parse(pretty(line)), JSON.parse(line));
  assert.match(pretty(line), /\n {4}"amount": "0.10",\n/);
});

Deno.test("delayWords() says how much later than it happened an event was recorded", () => {
  const from = "2026-11-22T10:00:00.000Z";
  const words = (to: string) => delayWords(from, to);
  assert.equal(words("2026-11-22T10:00:00.400Z"), null);
  assert.equal(words("2026-11-22T10:00:01.000Z"), "1 second after it happened");
  assert.equal(words("2026-11-22T10:02:59.000Z"), "2 minutes after it happened");
  assert.equal(words("2026-11-25T10:00:00.000Z"), "3 days after it happened");
  assert.equal(words("2026-11-22T09:00:00.000Z"), "1 hour before it happened");
});

Deno.test("optionsOf() lists the catalogue, then what else there is, and what is chosen", () => {
  const words = { "/a": "A", "/b": "B" };
  const options = optionsOf(words, [["/b", 3], ["/c", 1]], "/d");
  assert.deepEqual(options, [
    { value: "/a", label: "A", count: 0 },
    { value: "/b", label: "B", count: 3 },
    { value: "/c", label: "/c", count: 1 },
    { value: "/d", label: "/d", count: 0 },
  ]);
  assert.deepEqual(optionsOf(words, undefined, undefined).map(({ count }) => count), [null, null]);
});

Deno.test("spanOf() draws the rows of the screen and some more, of any list at any place", () => {
  for (const total of [0, 1, 20, 1_000, 250_000]) {
    for (const top of [300, 0, -17, -5_000, -32 * total - 2_000]) {
      const { from, to } = spanOf(total, 32, top, 800);
      assert.ok(from >= 0 && from <= to && to <= total, `${total} rows, ${top}`);
      assert.ok(to - from <= 65, `${to - from} of ${total} rows, ${top}`);
      for (let row = 0; row < Math.min(total, 2_000); row++) {
        const y = top + row * 32;
        if (y > -32 && y < 800) assert.ok(row >= from && row < to, `row ${row} is on the screen`);
      }
    }
  }
});

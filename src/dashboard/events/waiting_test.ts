/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import { Waiting } from "./waiting.ts";

Deno.test("Waiting gives back what was added, in order, or says that it was too much", () => {
  fc.assert(fc.property(fc.nat(450), (count) => {
    const waiting = new Waiting<number>();
    for (let n = 0; n < count; n++) waiting.add(n);
    assert.equal(waiting.count, count);
    const expected = count > 200 ? null : Array.from({ length: count }, (_, n) => n);
    assert.deepEqual(waiting.take(), expected);
    assert.equal(waiting.count, 0);
    assert.deepEqual(waiting.take(), []);
  }));
});

/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import { leafHash } from "../../log/merkle.ts";
import { leafHashOf, readLeafHash } from "./leaf_hash.ts";

Deno.test("leafHashOf() is the log's own hash of any line", async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: "grapheme" }), async (line) => {
    assert.equal(await leafHashOf(line), leafHash(line));
  }));
});

Deno.test("readLeafHash() takes SHA-256 in hex and nothing else", () => {
  const hex = "0f".repeat(32);
  assert.equal(readLeafHash(`sha256:${hex}`), hex);
  for (
    const header of [null, "", hex, `sha256:${hex}0`, `sha1:${hex}`, `sha256:${"0F".repeat(32)}`]
  ) {
    assert.equal(readLeafHash(header), null);
  }
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { toBase62 } from "./base62.ts";
import { hashKey, isKey } from "./key_hash.ts";
import { makeKeyText, parseKeyText } from "./key_text.ts";

Deno.test("makeKeyText() makes other keys each time, in the form that scanners know", () => {
  const keys = Array.from({ length: 200 }, () => makeKeyText("live"));
  assert.equal(new Set(keys.map(({ id }) => id)).size, 200);
  assert.equal(new Set(keys.map(({ text }) => text)).size, 200);
  for (const key of keys) {
    assert.match(key.text, /^pnl_live_[0-9A-Za-z]{10}_[0-9A-Za-z]{30}$/);
    assert.deepEqual(parseKeyText(key.text), key);
  }
  assert.match(makeKeyText("test").text, /^pnl_test_/);
});

Deno.test("parseKeyText() tells one wrong character, and any two that were swapped", () => {
  const { text } = makeKeyText("live");
  const place = fc.integer({ min: 0, max: text.length - 1 });
  const letter = fc.constantFrom(..."0123456789ABCXYZabcxyz_ ");
  fc.assert(fc.property(place, letter, (at, other) => {
    const wrong = text.slice(0, at) + other + text.slice(at + 1);
    assert.equal(parseKeyText(wrong) === null, wrong !== text);
  }));
  fc.assert(fc.property(fc.integer({ min: 0, max: text.length - 2 }), (at) => {
    const swapped = text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2);
    assert.equal(parseKeyText(swapped) === null, swapped !== text);
  }));
});

Deno.test("parseKeyText() takes nothing that is no key", () => {
  fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => {
    assert.equal(parseKeyText(text), null);
  }));
  const { text } = makeKeyText("live");
  for (const wrong of ["", text + text, ` ${text}`, `${text}\n`, text.replace("live", "prod")]) {
    assert.equal(parseKeyText(wrong), null, JSON.stringify(wrong));
  }
});

Deno.test("isKey() is true for the key of the hash alone, and false where no hash is kept", () => {
  const one = makeKeyText("live");
  const other = makeKeyText("live");
  assert.equal(isKey(one.text, hashKey(one.text)), true);
  assert.equal(isKey(other.text, hashKey(one.text)), false);
  assert.equal(isKey(one.text, null), false);
  assert.equal(isKey(one.text.replace("pnl_live_", "pnl_test_"), hashKey(one.text)), false);
  assert.ok(!hashKey(one.text).includes(one.text.slice(-30)));
});

Deno.test("toBase62() writes any 32 bits in six digits, in order, and refuses what does not fit", () => {
  assert.equal(toBase62(0, 6), "000000");
  assert.equal(toBase62(0xffff_ffff, 6), "4gfFC3");
  assert.throws(() => toBase62(62 ** 2, 2), /Cannot write 3844/);
});

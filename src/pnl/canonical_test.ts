import assert from "node:assert/strict";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { canonicalJson, NotCanonicalError } from "./canonical.ts";

Deno.test("canonicalJson() prints the example of RFC 8785", () => {
  const value = {
    numbers: [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
    literals: [null, true, false],
  };
  assert.equal(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

Deno.test("canonicalJson() sorts members by UTF-16 code units", () => {
  const value = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6 };
  assert.deepEqual(Object.keys(JSON.parse(canonicalJson(value)) as object).length, 6);
  assert.equal(
    canonicalJson(value),
    '{"\\r":2,"1":4,"\u0080":6,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
  );
});

Deno.test("canonicalJson() is the same for every order of members, and reads back equal", () => {
  fc.assert(fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()), (value) => {
    const text = canonicalJson(value);
    const turned = Object.fromEntries(Object.entries(value).reverse());
    assert.equal(canonicalJson(turned), text);
    assert.equal(canonicalJson(JSON.parse(text)), text);
    assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
  }));
});

Deno.test("canonicalJson() prints what the reference implementation prints", () => {
  const name = fc.oneof(
    fc.constantFrom("a", "b", "zz", "aB", "A", "1", "10", "9", "_x", "", "é", "__proto__", "{"),
    fc.string({ unit: "grapheme", maxLength: 3 }),
  );
  const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("\\ud800", '"\\udc00'));
  const leaf = fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.constantFrom(null, true, -0, 1e21),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.array(fc.tuple(name, fc.option(tie("value"), { nil: undefined })), { maxLength: 5 })
        .map((members) => Object.fromEntries(members)),
    ),
  }));
  fc.assert(
    fc.property(values, (value) => assert.equal(canonicalJson(value), canonicalize(value))),
    { numRuns: 500 },
  );
});

Deno.test("canonicalJson() unwraps what has a toJSON, and boxed values", () => {
  assert.equal(
    canonicalJson({ a: new Date(0), b: Object(1) }),
    '{"a":"1970-01-01T00:00:00.000Z","b":1}',
  );
});

Deno.test("canonicalJson() refuses a circle, and prints what is deep", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  assert.throws(() => canonicalJson(circle), NotCanonicalError);
  let deep: unknown = 1;
  for (let level = 0; level < 5000; level++) deep = { a: deep };
  assert.equal(canonicalJson(deep).length, 5000 * 6 + 1);
});

Deno.test("canonicalJson() refuses what JSON cannot carry", () => {
  for (const value of ["\ud800", { a: "\udc00" }, NaN, Infinity, 1n, undefined]) {
    assert.throws(() => canonicalJson(value), NotCanonicalError);
  }
});

/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import { hrefOf, parseRoute, VIEWS } from "./route.ts";

Deno.test("parseRoute() gives back what hrefOf() was given, whatever is in it", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1 }),
    fc.array(fc.constantFrom(..."/?#&=%+ .a"), { minLength: 1 }).map((signs) => signs.join("")),
  );
  const view = fc.constantFrom(...VIEWS, "explain" as const);
  const item = fc.option(text);
  fc.assert(fc.property(view, item, fc.dictionary(text, text), (view, item, params) => {
    const read = parseRoute(hrefOf(view, item, params));
    assert.deepEqual({ ...read, params: [...read.params] }, {
      view,
      item,
      params: Object.entries(params),
    });
  }));
});

Deno.test("parseRoute() keeps what follows a second question mark", () => {
  const { item, params } = parseRoute("#/events/7?query=why?not&kind=x");
  assert.equal(item, "7");
  assert.deepEqual([...params], [["query", "why?not"], ["kind", "x"]]);
});

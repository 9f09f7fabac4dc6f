/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { hrefOf, parseRoute } from "./route.ts";

Deno.test("parseRoute() gives back what hrefOf() was given, whatever is in it", () => {
  const { view, item } = parseRoute(hrefOf("explain", "a/b?c"));
  assert.deepEqual([view, item], ["explain", "a/b?c"]);
  const { params } = parseRoute(hrefOf("events", null, { query: "a?b&c=d#e" }));
  assert.deepEqual([...params], [["query", "a?b&c=d#e"]]);
});

Deno.test("parseRoute() keeps what follows a second question mark", () => {
  const { item, params } = parseRoute("#/events/7?query=why?not&kind=x");
  assert.equal(item, "7");
  assert.deepEqual([...params], [["query", "why?not"], ["kind", "x"]]);
});

/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { findCulprits } from "./culprits.ts";
import type { Filter, FilterName } from "./filter.ts";

const EVENTS: readonly Filter[] = [
  { source: "/kalshi", type: "fill", subject: "A" },
  { source: "/kalshi", type: "settlement", subject: "B" },
  { source: "/revenue", type: "totals", subject: "totals" },
];

/** Asks the events above. */
function find(filter: Filter) {
  const hasAny = (names: readonly FilterName[]) =>
    Promise.resolve(
      EVENTS.some((event) => names.every((name) => event[name] === filter[name])),
    );
  return findCulprits(filter, hasAny);
}

Deno.test("findCulprits() names the filters that nothing matches by themselves", async () => {
  const filter = { source: "/kalshi", type: "fill", subject: "Z" };
  assert.deepEqual(await find(filter), [{ name: "subject", alone: true }]);
  assert.deepEqual(await find({ subject: "Z" }), [{ name: "subject", alone: true }]);
});

Deno.test("findCulprits() names those without which something is let through", async () => {
  const found = await find({ source: "/kalshi", subject: "totals" });
  assert.deepEqual(found, [{ name: "source", alone: false }, { name: "subject", alone: false }]);
  const odd = await find({ source: "/kalshi", type: "fill", subject: "B" });
  assert.deepEqual(odd.map(({ name }) => name), ["type", "subject"], "not the source");
});

Deno.test("findCulprits() names none where only all together can go", async () => {
  assert.deepEqual(await find({ source: "/revenue", type: "fill", subject: "B" }), []);
});

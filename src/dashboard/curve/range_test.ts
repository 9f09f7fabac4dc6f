/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import { calendarStart, faultOf, PRESETS, rangeHref, rangeOf, spanOf, widerOf } from "./range.ts";
import { parseRoute } from "../route.ts";

const NOW = Date.parse("2026-11-22T10:30:00.000Z");
const LONG_AGO = Date.parse("2020-01-01T00:00:00.000Z");

function startOf(preset: (typeof PRESETS)[number], first = LONG_AGO): string {
  return new Date(spanOf({ preset }, NOW, first).from).toISOString();
}

Deno.test("spanOf() begins presets at the UTC day, month, quarter and year", () => {
  assert.equal(startOf("1h"), "2026-11-22T09:30:00.000Z");
  assert.equal(startOf("today"), "2026-11-22T00:00:00.000Z");
  assert.equal(startOf("7d"), "2026-11-15T10:30:00.000Z");
  assert.equal(startOf("mtd"), "2026-11-01T00:00:00.000Z");
  assert.equal(startOf("qtd"), "2026-10-01T00:00:00.000Z");
  assert.equal(startOf("ytd"), "2026-01-01T00:00:00.000Z");
  assert.equal(startOf("all"), "2020-01-01T00:00:00.000Z");
});

Deno.test("spanOf() begins a preset no earlier than history, and lasts at least a minute", () => {
  assert.equal(startOf("ytd", Date.parse("2026-11-20")), "2026-11-20T00:00:00.000Z");
  assert.equal(startOf("today", NOW - 5_000), "2026-11-22T10:29:00.000Z");
  const empty = spanOf({ preset: "all" }, NOW, null);
  assert.ok(empty.to - empty.from >= 60_000);
});

Deno.test("rangeOf() reads what rangeHref() writes", () => {
  const params = (href: string) => parseRoute(href).params;
  for (const preset of PRESETS) {
    assert.deepEqual(rangeOf(params(rangeHref({ preset }))), { preset });
  }
  const times = fc.integer({ min: 0, max: NOW });
  fc.assert(fc.property(times, fc.integer({ min: 60_000, max: NOW }), (from, length) => {
    const custom = { from, to: from + length };
    assert.deepEqual(rangeOf(params(rangeHref({ custom }))), { custom });
  }));
});

Deno.test("rangeOf() takes the default where the address is no range", () => {
  const of = (query: string) => rangeOf(new Map(new URLSearchParams(query)));
  assert.deepEqual(of(""), { preset: "today" });
  assert.deepEqual(of("range=3y"), { preset: "today" });
  assert.deepEqual(of("from=2026-01-02&to=2026-01-01"), { preset: "today" });
  assert.deepEqual(of("from=x&to=2026-01-01"), { preset: "today" });
});

Deno.test("faultOf() says why two times are no range", () => {
  assert.match(faultOf(NaN, NOW) ?? "", /from which/);
  assert.match(faultOf(NOW, NaN) ?? "", /up to which/);
  assert.match(faultOf(NOW, NOW) ?? "", /after the beginning/);
  assert.match(faultOf(NOW - 1_000, NOW) ?? "", /one minute/);
  assert.equal(faultOf(NOW - 60_000, NOW), null);
});

Deno.test("calendarStart() changes at midnight for a day, and never for what rolls", () => {
  const after = NOW + 24 * 3_600_000;
  assert.notEqual(
    calendarStart({ preset: "today" }, NOW),
    calendarStart({ preset: "today" }, after),
  );
  assert.equal(calendarStart({ preset: "mtd" }, NOW), calendarStart({ preset: "mtd" }, after));
  assert.equal(calendarStart({ preset: "7d" }, NOW), null);
});

Deno.test("widerOf() offers the next longer preset until there is none", () => {
  assert.equal(widerOf({ preset: "1h" }), "today");
  assert.equal(widerOf({ preset: "all" }), null);
  assert.equal(widerOf({ custom: { from: 0, to: NOW } }), "all");
});

/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import fc from "fast-check";
import { EVENT_DATA, EVENT_SOURCES } from "../../pnl/event.ts";
import { SOURCE_WORDS, sourceWords, TYPE_WORDS, typeWords } from "./catalogue.ts";
import {
  faultsOf,
  FILTER_NAMES,
  filterOf,
  isWithin,
  queryOf,
  readTime,
  valueWords,
} from "./filter.ts";

Deno.test("catalogue names every type and source of the log, and others as they are", () => {
  assert.deepEqual(Object.keys(TYPE_WORDS).sort(), Object.keys(EVENT_DATA).sort());
  assert.deepEqual(Object.keys(SOURCE_WORDS).sort(), [...EVENT_SOURCES].sort());
  assert.equal(typeWords("pnl.kalshi.fill.recorded.v1"), "Fill");
  assert.equal(typeWords("pnl.other.v9"), "pnl.other.v9");
  assert.equal(sourceWords("constructor"), "constructor");
});

Deno.test("filterOf() takes what the address has, without blanks and what it does not know", () => {
  const params = new Map([["source", "/kalshi"], ["subject", "  "], ["to", " 2026-11-22 "], [
    "colour",
    "red",
  ]]);
  assert.deepEqual(filterOf(params), { source: "/kalshi", to: "2026-11-22" });
});

Deno.test("readTime() reads days and UTC times, and nothing that is no time", () => {
  for (
    const [text, iso] of [
      ["2026-11-22", "2026-11-22T00:00:00.000Z"],
      ["2026-11-22 10:30", "2026-11-22T10:30:00.000Z"],
      ["2026-11-22 10:30 UTC", "2026-11-22T10:30:00.000Z"],
      ["2026-11-22T10:30:05Z", "2026-11-22T10:30:05.000Z"],
      ["2026-11-22t10:30:05.12z", "2026-11-22T10:30:05.120Z"],
      ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ] as const
  ) assert.equal(readTime(text), iso);
  for (
    const text of [
      ...["", "yesterday", "2026-02-29", "2026-13-01", "2026-11-22 24:00", "2026-11-22 10"],
      ...["2026-11-22 10:30:61", "2026-11-22T10:30:00+02:00", "22.11.2026", "2026-11-22 10:30 CET"],
    ]
  ) assert.equal(readTime(text), null, text);
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }), (date) => {
      assert.equal(readTime(date.toISOString()), date.toISOString());
    }),
  );
});

Deno.test("faultsOf() names each filter that is wrong, and no other", () => {
  assert.deepEqual(faultsOf({ source: "/kalshi", from: "2026-11-21", to: "2026-11-22" }), {});
  const faults = faultsOf({
    source: "kalshi",
    type: "fill",
    subject: "x".repeat(501),
    from: "soon",
    recordedFrom: "2026-11-22",
    recordedTo: "2026-11-22",
  });
  assert.deepEqual(Object.keys(faults).sort(), ["from", "recordedTo", "source", "subject", "type"]);
  assert.match(faults.from ?? "", /soon is no UTC time/);
  assert.match(faults.recordedTo ?? "", /not after recorded from/);
});

Deno.test("faultsOf() refuses positions that are none, and those that leave none", () => {
  assert.deepEqual(faultsOf({ after: "6", before: "8" }), {});
  assert.deepEqual(Object.keys(faultsOf({ after: "6", before: "7" })), ["before"]);
  assert.deepEqual(Object.keys(faultsOf({ after: "-1" })), ["after"]);
  assert.deepEqual(Object.keys(faultsOf({ before: "1e3" })), ["before"]);
  assert.deepEqual(Object.keys(faultsOf({ before: "99999999999999999" })), ["before"]);
});

Deno.test("queryOf() asks the server with its own form of a time, and only for what it is told", () => {
  const filter = { subject: "a&b=c", from: "2026-11-22 10:30" };
  assert.equal(
    queryOf(filter, { order: "desc", limit: 100 }),
    "subject=a%26b%3Dc&from=2026-11-22T10%3A30%3A00.000Z&order=desc&limit=100",
  );
  assert.equal(queryOf(filter, {}, ["subject"]), "subject=a%26b%3Dc");
  const params = fc.dictionary(fc.constantFrom(...FILTER_NAMES), fc.string({ minLength: 1 }));
  fc.assert(fc.property(params, (given) => {
    const found = filterOf(new Map(Object.entries(given)));
    assert.equal(new URLSearchParams(queryOf(found)).size, Object.keys(found).length);
  }));
});

Deno.test("isWithin() takes the beginning of a span in, and leaves its end out, by each clock", () => {
  const event = {
    sequence: "0000000000000007",
    time: "2026-11-22T10:00:00.000Z",
    recordedtime: "2026-11-22T10:00:05.000Z",
  };
  assert.equal(isWithin({}, event), true);
  assert.equal(isWithin({ from: "2026-11-22 10:00" }, event), true);
  assert.equal(isWithin({ to: "2026-11-22 10:00" }, event), false);
  assert.equal(isWithin({ recordedFrom: "2026-11-22 10:00:06" }, event), false);
  assert.equal(isWithin({ recordedTo: "2026-11-22 10:00:06" }, event), true);
  assert.equal(isWithin({ after: "6", before: "8" }, event), true);
  assert.equal(isWithin({ after: "7" }, event), false);
  assert.equal(isWithin({ before: "7" }, event), false);
});

Deno.test("valueWords() says a filter as a reader would", () => {
  assert.equal(valueWords("source", "/kalshi"), "Kalshi");
  assert.equal(valueWords("type", "pnl.kalshi.fill.recorded.v1"), "Fill");
  assert.equal(valueWords("from", "2026-11-22"), "2026-11-22 00:00 UTC");
  assert.equal(valueWords("to", "2026-11-22T10:30:05.250Z"), "2026-11-22 10:30:05.250 UTC");
  assert.equal(valueWords("to", "soon"), "soon");
});

import assert from "node:assert/strict";
import { canonicalJson } from "./canonical.ts";
import { EVENT_DATA, isEventTime, sequenceOf } from "./event.ts";
import { upcast, type Upcaster, UpcastError } from "./upcast.ts";

/** One stored line of every version of every type ever written. Lines are added, never changed. */
const GOLDEN = Deno.readTextFileSync(new URL("./golden_events.ndjson", import.meta.url))
  .trimEnd().split("\n");

Deno.test("upcast() reads every version ever written as the newest one", () => {
  for (const [index, line] of GOLDEN.entries()) {
    const event = upcast(JSON.parse(line));
    const read = EVENT_DATA[event.type].safeParse(event.data);
    assert.ok(read.success, `${event.type}: ${read.error?.message}`);
    assert.equal(event.sequence, sequenceOf(index + 1));
    assert.ok(isEventTime(event.time) && isEventTime(event.recordedtime));
  }
});

Deno.test("upcast() has a golden line for every type of the catalogue, in canonical form", () => {
  const types = new Set(GOLDEN.map((line) => JSON.parse(line).type));
  for (const type of Object.keys(EVENT_DATA)) assert.ok(types.has(type), type);
  for (const line of GOLDEN) assert.equal(canonicalJson(JSON.parse(line)), line);
});

Deno.test("upcast() leaves an event of the newest version as it is", () => {
  const event = JSON.parse(GOLDEN[0]!);
  assert.equal(upcast(event), event);
});

Deno.test("upcast() goes through every version in between", () => {
  const step = (type: string, field: string): Upcaster => (event) => ({
    ...event,
    type,
    data: { ...event.data as object, [field]: "1" },
  });
  const event = upcast({ type: "pnl.test.v1", data: {} }, {
    "pnl.test.v1": step("pnl.test.v2", "invoiced"),
    "pnl.test.v2": step("pnl.revenue.totals.observed.v1", "collected"),
  });
  assert.equal(event.type, "pnl.revenue.totals.observed.v1");
  assert.deepEqual(event.data, { invoiced: "1", collected: "1" });
});

Deno.test("upcast() refuses an unknown type, what is no event, and a circle", () => {
  const circle = { "pnl.a.v1": (event: { data: unknown }) => ({ ...event, type: "pnl.a.v1" }) };
  for (const raw of [null, 1, [], { type: 1, data: {} }, { type: "pnl.a.v9", data: {} }]) {
    assert.throws(() => upcast(raw), UpcastError);
  }
  assert.throws(() => upcast({ type: "toString", data: {} }), /"toString"/);
  assert.throws(() => upcast({ type: "pnl.a.v1", data: {} }, circle), /do not end/);
});

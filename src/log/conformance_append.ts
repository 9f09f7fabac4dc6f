/** Appending facts: identity, conflicts, all or nothing, and the tree. */
import assert from "node:assert/strict";
import { canonicalJson } from "../pnl/canonical.ts";
import type { Candidate, FactCandidate } from "../pnl/event.ts";
import { ConflictError, InvalidEventError } from "./event_log.ts";
import type { Declare } from "./conformance_subject.ts";
import { EMPTY_ROOT, leafHash, merkleRoot } from "./merkle.ts";
import { allLines, dayStart, fill, parsed, totals } from "./testing.ts";

/** The part of the suite on appending. */
export function appendSuite(declare: Declare): void {
  declare("head() of an empty log is position 0 and the root of nothing", ({ log }) => {
    assert.deepEqual(log.head(), { position: 0, recordedTime: null, root: EMPTY_ROOT });
    assert.equal(log.rootAt(0), EMPTY_ROOT);
    assert.deepEqual(log.append([]), []);
    assert.equal(log.head().position, 0);
  });

  declare("append() writes the event as canonical JSON with its position and time", ({ log }) => {
    assert.deepEqual(log.append([fill("f-1")]), [{ status: "appended", position: 2 }]);
    const [, line] = log.read();
    assert.ok(line);
    assert.equal(
      line.line,
      canonicalJson({
        specversion: "1.0",
        id: "f-1",
        source: "/kalshi",
        type: "pnl.kalshi.fill.recorded.v1",
        subject: "KXTEST-26-A",
        time: "2026-01-02T11:00:00.000Z",
        recordedtime: "2026-01-02T12:00:00.000Z",
        sequence: "0000000000000002",
        data: fill("f-1").data,
      }),
    );
  });

  declare("append() answers the position of an event that exists", ({ log }) => {
    log.append([fill("f-1"), fill("f-2")]);
    const root = log.head().root;
    assert.deepEqual(log.append([fill("f-2"), fill("f-3", { count: "2" }), fill("f-1")]), [
      { status: "exists", position: 3 },
      { status: "appended", position: 4 },
      { status: "exists", position: 2 },
    ]);
    assert.notEqual(log.head().root, root);
    assert.deepEqual(log.append([fill("f-3", { count: "2.000" })]), [
      { status: "exists", position: 4 },
    ]);
    assert.equal(log.head().position, 4);
  });

  declare("append() takes one identity of one batch once", ({ log }) => {
    assert.deepEqual(log.append([fill("f-1"), fill("f-1", { count: "1" })]), [
      { status: "appended", position: 2 },
      { status: "exists", position: 2 },
    ]);
  });

  declare("append() lists every conflict and writes nothing", ({ log }) => {
    log.append([fill("f-1"), fill("f-2")]);
    const before = log.head();
    const batch: Candidate[] = [
      fill("f-9"),
      fill("f-2", { count: "3" }),
      fill("f-1", { subject: "KXOTHER" }),
      fill("f-9", { count: "7" }),
    ];
    assert.throws(() => log.append(batch), (error: unknown) => {
      assert.ok(error instanceof ConflictError);
      assert.deepEqual(error.conflicts, [
        { index: 1, source: "/kalshi", id: "f-2", position: 3, fields: ["count"] },
        { index: 2, source: "/kalshi", id: "f-1", position: 2, fields: ["subject"] },
        { index: 3, source: "/kalshi", id: "f-9", position: 4, fields: ["count"] },
      ]);
      return true;
    });
    assert.deepEqual(log.head(), before);
    assert.deepEqual(log.append([fill("f-9")]), [{ status: "appended", position: 4 }]);
  });

  declare("append() refuses what is not of the catalogue, naming index and field", ({ log }) => {
    const good = fill("f-1");
    const bad: [string, Record<string, unknown>][] = [
      ["source", { source: "/elsewhere" }],
      ["type", { type: "pnl.unknown.v1" }],
      ["type", { type: "toString" }],
      ["subject", { subject: "" }],
      ["subject", { subject: "a\nb" }],
      ["id", { id: "\ud800" }],
      ["id", { id: "x".repeat(501) }],
      ["time", { time: "2026-01-02T11:00:00Z" }],
      ["time", { time: "2026-02-30T11:00:00.000Z" }],
      ["time", { time: "2026-01-02T12:05:00.001Z" }],
      ["data.count", { data: { ...good.data, count: 1 } }],
      ["data.yesPrice", { data: { ...good.data, yesPrice: "1e3" } }],
      ["data", { data: { ...good.data, more: 1 } }],
      ["data", { data: { ...good.data, fillId: "\udc00" } }],
    ];
    for (const [path, change] of bad) {
      const candidate = { ...good, ...change } as FactCandidate;
      assert.throws(() => log.append([fill("f-0"), candidate]), (error: unknown) => {
        assert.ok(error instanceof InvalidEventError, String(error));
        assert.deepEqual([error.index, error.path], [1, path]);
        return true;
      });
    }
    assert.equal(log.head().position, 0);
    log.append([{ ...good, time: "2026-01-02T12:05:00.000Z" }]);
    assert.equal(log.head().position, 2);
  });

  declare("append() takes 10,000 candidates and no more", ({ log }) => {
    const batch = Array.from({ length: 10_000 }, (_, at) => fill(`f-${at}`));
    assert.throws(() => log.append([...batch, totals("1")]), InvalidEventError);
    assert.equal(log.append(batch).at(-1)?.position, 10_001);
    assert.equal(log.head().root, merkleRoot(allLines(log).map(({ line }) => leafHash(line))));
  });

  declare("rootAt() is the root over the first lines, at every size", ({ log }) => {
    for (let batch = 0; batch < 30; batch++) {
      log.append(Array.from({ length: batch }, (_, at) => fill(`f-${batch}-${at}`)));
    }
    const leaves = allLines(log).map(({ line }) => leafHash(line));
    assert.ok(leaves.length > 400);
    for (let size = 0; size <= leaves.length; size++) {
      assert.equal(log.rootAt(size), merkleRoot(leaves.slice(0, size)), `size ${size}`);
    }
    for (const size of [-1, 0.5, NaN, leaves.length + 1]) {
      assert.throws(() => log.rootAt(size), RangeError);
    }
  });

  declare("contains() is true of its own prefixes alone", ({ log }) => {
    log.append([fill("f-1"), fill("f-2")]);
    const lineage = { logId: log.id, position: 2, root: log.rootAt(2) };
    assert.equal(log.contains(lineage), true);
    assert.equal(log.contains({ logId: log.id, position: 0, root: EMPTY_ROOT }), true);
    assert.equal(log.contains({ ...lineage, logId: "another" }), false);
    assert.equal(log.contains({ ...lineage, root: log.rootAt(1) }), false);
    for (const position of [1, 3, 4, -1, 1.5]) {
      assert.equal(log.contains({ ...lineage, position }), false);
    }
  });

  declare("append() puts a day's start before the day's first event, once", ({ log, clock }) => {
    log.append([fill("f-1")]);
    clock.set("2026-01-02T23:59:59.999Z");
    log.append([fill("f-2")]);
    clock.step(1);
    assert.deepEqual(log.append([fill("f-3"), fill("f-2"), fill("f-4")]), [
      { status: "appended", position: 5 },
      { status: "exists", position: 3 },
      { status: "appended", position: 6 },
    ]);
    const days = log.read({ type: "pnl.clock.day-started.v1" });
    assert.deepEqual(days.map(({ position }) => position), [1, 4]);
    assert.deepEqual(parsed(days[1]!).data, { day: "2026-01-03" });
    assert.equal(parsed(days[1]!).time, "2026-01-03T00:00:00.000Z");
    assert.equal(parsed(days[1]!).recordedtime, "2026-01-03T00:00:00.000Z");
  });

  declare("append() of what exists starts no day", ({ log, clock }) => {
    log.append([fill("f-1"), totals("1")]);
    clock.set("2026-01-03T00:00:00.000Z");
    log.append([fill("f-1"), totals("1.0")]);
    assert.equal(log.head().position, 3);
  });

  declare("append() of a day's start is that day's event", ({ log, clock }) => {
    log.append([fill("f-1")]);
    assert.deepEqual(log.append([dayStart("2026-01-02")]), [{ status: "exists", position: 1 }]);
    clock.set("2026-01-03T00:00:00.000Z");
    assert.deepEqual(log.append([dayStart("2026-01-03")]), [{ status: "exists", position: 3 }]);
    assert.equal(log.head().position, 3);
    assert.deepEqual(log.append([dayStart("2026-01-03")]), [{ status: "exists", position: 3 }]);
    assert.equal(log.head().position, 3);
  });

  declare("append() refuses the start of another day, or in another form", ({ log }) => {
    for (
      const candidate of [
        dayStart("2026-01-01"),
        { ...dayStart("2026-01-02"), source: "/pnl" as const },
        { ...dayStart("2026-01-02"), id: "other" },
        { ...dayStart("2026-01-02"), data: { day: "2026-01-03" } },
      ]
    ) {
      assert.throws(() => log.append([candidate]), InvalidEventError);
    }
    assert.equal(log.head().position, 0);
  });
}

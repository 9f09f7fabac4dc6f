/** Reading pages of lines. */
import assert from "node:assert/strict";
import type { ReadOptions } from "./event_log.ts";
import type { Declare, Subject } from "./conformance_subject.ts";
import { allLines, fill, parsed, type ParsedEvent, totals } from "./testing.ts";

/** 120 events of several sources, types, subjects and times, over two days. */
function populate({ log, clock }: Subject): void {
  for (let round = 0; round < 20; round++) {
    const minute = String(59 - round).padStart(2, "0");
    log.append([
      fill(`a-${round}`, { subject: "KXA", time: `2026-01-02T10:${minute}:00.000Z` }),
      fill(`b-${round}`, { subject: "KXB", time: `2026-01-01T09:${minute}:00.000Z` }),
      fill(`c-${round}`, { subject: "KXA", time: `2025-12-31T09:${minute}:00.000Z` }),
      totals(String(round)),
      { ...totals(String(round)), subject: "KXA" },
    ]);
    clock.step(3_600_000);
  }
}

/** The same by going through everything. */
function naive({ log }: Subject, options: ReadOptions): number[] {
  const holds = (event: ParsedEvent, position: number) =>
    position > (options.after ?? 0) && position <= (options.to ?? Infinity) &&
    (options.source === undefined || event.source === options.source) &&
    (options.type === undefined || event.type === options.type) &&
    (options.subject === undefined || event.subject === options.subject) &&
    (options.timeFrom === undefined || event.time >= options.timeFrom) &&
    (options.timeTo === undefined || event.time < options.timeTo) &&
    (options.recordedFrom === undefined || event.recordedtime >= options.recordedFrom) &&
    (options.recordedTo === undefined || event.recordedtime < options.recordedTo);
  const positions = allLines(log).filter((line) => holds(parsed(line), line.position))
    .map(({ position }) => position);
  return (options.order === "desc" ? positions.reverse() : positions)
    .slice(0, options.limit ?? 1000);
}

/** The part of the suite on reading. */
export function readSuite(declare: Declare): void {
  declare("read() pages by position", ({ log }) => {
    log.append(Array.from({ length: 30 }, (_, at) => fill(`f-${at}`)));
    assert.deepEqual(log.read({ after: 10, limit: 3 }).map(({ position }) => position), [
      11,
      12,
      13,
    ]);
    assert.deepEqual(log.read({ after: 28, to: 30 }).map(({ position }) => position), [29, 30]);
    assert.deepEqual(log.read({ after: 31 }), []);
    assert.deepEqual(log.read({ after: 20, to: 10 }), []);
    assert.equal(log.read().length, 31);
    for (const { position, line } of log.read()) {
      assert.equal(Number(JSON.parse(line).sequence), position);
    }
  });

  declare("read() filters by every combination as a look at all lines does", (subject) => {
    populate(subject);
    const axes: Partial<ReadOptions>[][] = [
      [{}, { source: "/kalshi" }, { source: "/clock" }],
      [{}, { type: "pnl.kalshi.fill.recorded.v1" }, { type: "pnl.revenue.totals.observed.v1" }],
      [{}, { subject: "KXA" }],
      [{}, { timeFrom: "2026-01-01T09:45:00.000Z", timeTo: "2026-01-02T10:50:00.000Z" }],
      [{}, { recordedFrom: "2026-01-02T14:00:00.000Z", recordedTo: "2026-01-03T02:00:00.000Z" }],
      [{}, { after: 7, to: 90, limit: 5 }],
      [{}, { order: "desc" }],
    ];
    let combinations: ReadOptions[] = [{}];
    for (const axis of axes) {
      combinations = combinations.flatMap((some) => axis.map((more) => ({ ...some, ...more })));
    }
    let found = 0;
    for (const options of combinations) {
      const positions = subject.log.read(options).map(({ position }) => position);
      assert.deepEqual(positions, naive(subject, options), JSON.stringify(options));
      found += positions.length;
    }
    assert.ok(found > 1_000);
  });

  declare("read() pages downwards from the end or from a position", ({ log }) => {
    log.append(Array.from({ length: 30 }, (_, at) => fill(`f-${at}`)));
    const positions = (options: ReadOptions) =>
      log.read({ ...options, order: "desc" }).map(({ position }) => position);
    assert.deepEqual(positions({ limit: 3 }), [31, 30, 29]);
    assert.deepEqual(positions({ to: 28, limit: 2 }), [28, 27]);
    assert.deepEqual(positions({ after: 27, to: 29 }), [29, 28]);
    assert.deepEqual(positions({ to: 99, limit: 1 }), [31]);
    assert.deepEqual(positions({ after: 31 }), []);
    assert.deepEqual(positions({ to: 0 }), []);
  });

  declare("count() counts by source and type within a range", (subject) => {
    populate(subject);
    const { log } = subject;
    for (const range of [{}, { after: 7, to: 90 }, { to: 1 }, { after: 90, to: 80 }]) {
      const found: Record<string, number> = {};
      for (const { line } of log.read({ ...range, limit: 10_000 })) {
        const { source, type } = parsed({ position: 0, line });
        found[`${source} ${type}`] = (found[`${source} ${type}`] ?? 0) + 1;
      }
      const counts = log.count(range);
      const keys = counts.map(({ source, type }) => `${source} ${type}`);
      assert.deepEqual(Object.fromEntries(counts.map(({ count }, at) => [keys[at], count])), found);
      assert.deepEqual(keys, [...keys].sort());
    }
    assert.throws(() => log.count({ after: -1 }), RangeError);
  });

  declare("extent() is that of what read() finds", (subject) => {
    populate(subject);
    const filters: ReadOptions[] = [
      {},
      { source: "/kalshi" },
      { type: "pnl.kalshi.fill.recorded.v1" },
      { subject: "KXA" },
      { subject: "KXA", type: "pnl.kalshi.fill.recorded.v1", source: "/kalshi" },
      { timeFrom: "2026-01-01T09:45:00.000Z", timeTo: "2026-01-02T10:50:00.000Z" },
      { type: "pnl.kalshi.fill.recorded.v1", timeTo: "2026-01-02T10:50:00.000Z" },
      { recordedFrom: "2026-01-02T14:00:00.000Z", source: "/revenue" },
      { subject: "none" },
    ];
    for (const filter of filters) {
      for (const range of [{}, { after: 7, to: 90 }, { after: 90, to: 80 }]) {
        const all = subject.log.read({ ...filter, ...range, limit: 10_000 })
          .map(({ position }) => position);
        assert.deepEqual(subject.log.extent({ ...filter, ...range, limit: 4 }), {
          count: all.length,
          first: all[0] ?? 0,
          last: all.at(-1) ?? 0,
          positions: all.slice(-4),
        }, JSON.stringify({ ...filter, ...range }));
      }
    }
    assert.throws(() => subject.log.extent({ limit: 0 }), RangeError);
  });

  declare("read() takes either bound of a time alone, and bounds beyond the log", (subject) => {
    populate(subject);
    const bounds: ReadOptions[] = [
      { timeFrom: "2026-01-02T10:50:00.000Z" },
      { timeTo: "2026-01-01T09:45:00.000Z" },
      { recordedFrom: "2026-01-03T01:00:00.000Z" },
      { recordedTo: "2026-01-02T13:00:00.001Z" },
      { recordedFrom: "2027-01-01T00:00:00.000Z" },
      { recordedTo: "2020-01-01T00:00:00.000Z" },
      { recordedFrom: "2020-01-01T00:00:00.000Z", recordedTo: "2027-01-01T00:00:00.000Z" },
      { timeFrom: "2027-01-01T00:00:00.000Z" },
    ];
    for (const options of bounds) {
      const positions = subject.log.read(options).map(({ position }) => position);
      assert.deepEqual(positions, naive(subject, options), JSON.stringify(options));
    }
  });

  declare("read() refuses bounds out of range", ({ log }) => {
    const bad: ReadOptions[] = [
      { limit: 0 },
      { limit: 10_001 },
      { limit: 1.5 },
      { after: -1 },
      { after: NaN },
      { to: -1 },
      { timeFrom: "2026-01-01" },
      { timeTo: "2026-02-30T00:00:00.000Z" },
      { recordedFrom: "yesterday" },
      { recordedTo: "2026-01-01T00:00:00Z" },
    ];
    for (const options of bad) assert.throws(() => log.read(options), RangeError);
    assert.deepEqual(log.read({ limit: 10_000 }), []);
  });
}

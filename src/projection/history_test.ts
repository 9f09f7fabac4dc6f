import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { parseMoney } from "../pnl/money.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";
import { addToBucket, bucketStart } from "./bucket.ts";
import { formatCursor, InvalidCursorError, parseCursor } from "./page_cursor.ts";
import type { HistoryQuery, Resolution } from "./projection.ts";
import type { Projector } from "./projector.ts";
import { historyKey, parseHistoryKey } from "./read_model.ts";
import { append, EVENING, inFolder, Live, SteppedClock, WINDOW_MS } from "./testing.ts";

/** A projection of five minutes across midnight, an event a second: 60 windows. */
async function withHistory(test: (projection: Projector, live: Live) => void): Promise<void> {
  await inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock);
    for (let n = 0; n < 300; n++) {
      append(log, clock, { stepMs: 1000, kinds: [n % 9 === 0 ? "totals" : "fill"] }, n);
    }
    await live.reach(log.head().position);
    test(live.projector, live);
    await live.close();
  });
}

/** All items, page by page. */
function all(projection: Projector, query: HistoryQuery): unknown[] {
  const items: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = projection.history({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    assert.ok(page.items.length <= query.limit);
    items.push(...page.items.map((item) => JSON.parse(item)));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

const iso = (ms: number) => new Date(ms).toISOString();

Deno.test("Projector.history() pages through all finals, whatever the page's length", () =>
  withHistory((projection) => {
    const finals = projection.finalsAfter(0, 1000).map(({ json }) => JSON.parse(json));
    assert.equal(finals.length, 60);
    for (const limit of [1, 7, 59, 60, 61, 1000]) {
      assert.deepEqual(all(projection, { resolution: "raw", limit }), finals, String(limit));
    }
  }));

Deno.test("Projector.history() takes finals whose window ends in [from, to)", () =>
  withHistory((projection) => {
    const from = iso(EVENING + 10 * WINDOW_MS);
    const to = iso(EVENING + 20 * WINDOW_MS);
    const items = all(projection, { resolution: "raw", limit: 3, from, to }) as Snapshot[];
    assert.equal(items.length, 10);
    assert.equal(items[0]?.window.end, from);
    assert.ok((items.at(-1)?.window.end ?? "") < to);
  }));

Deno.test("Projector.history() gives buckets that are what the finals in them make", () =>
  withHistory((projection) => {
    const finals = projection.finalsAfter(0, 1000).map(({ json }) => JSON.parse(json) as Snapshot);
    const lengths: [Resolution, number][] = [["1m", 60_000], ["1h", 3_600_000], ["1d", 86_400_000]];
    for (const [resolution, length] of lengths) {
      const naive = Map.groupBy(
        finals,
        ({ window }) => Math.floor((Date.parse(window.end) - 1) / length) * length,
      );
      const expected = [...naive].map(([start, inside]) => {
        const nets = inside.map(({ metrics }) => metrics.netPnl);
        const sorted = nets.toSorted((a, b) => Number(parseMoney(a) - parseMoney(b)));
        return {
          start: iso(start),
          open: nets[0],
          high: sorted.at(-1),
          low: sorted[0],
          close: nets.at(-1),
          last: inside.at(-1)?.metrics,
        };
      });
      assert.deepEqual(all(projection, { resolution, limit: 2 }), expected, resolution);
      assert.ok(expected.length >= 2);
    }
  }));

Deno.test("Projector.history() gives the buckets that overlap [from, to)", () =>
  withHistory((projection) => {
    const midnight = EVENING + 30_000;
    const starts = (from: number, to: number) =>
      (all(projection, { resolution: "1m", limit: 10, from: iso(from), to: iso(to) }) as {
        start: string;
      }[]).map(({ start }) => (Date.parse(start) - midnight) / 60_000);
    assert.deepEqual(starts(midnight + 30_000, midnight + 90_000), [0, 1]);
    assert.deepEqual(starts(midnight, midnight + 60_000), [0]);
    assert.deepEqual(starts(midnight - 1, midnight + 60_001), [-1, 0, 1]);
  }));

Deno.test("Projector.history() calls a page closed only where no append can change it", () =>
  withHistory((projection) => {
    const open = EVENING + 60 * WINDOW_MS;
    const closed = (query: Omit<HistoryQuery, "limit">, limit = 1000) =>
      projection.history({ ...query, limit }).closed;
    assert.equal(closed({ resolution: "raw" }), false);
    assert.equal(closed({ resolution: "raw" }, 60), false, "whatever comes next joins it");
    assert.equal(closed({ resolution: "raw" }, 59), true);
    assert.equal(closed({ resolution: "raw", to: iso(open + WINDOW_MS) }), true);
    assert.equal(closed({ resolution: "raw", to: iso(open + WINDOW_MS + 1) }), false);
    assert.equal(closed({ resolution: "1m" }, 1), true);
    assert.equal(closed({ resolution: "1m" }, 5), true);
    assert.equal(closed({ resolution: "1m" }, 6), false, "the last bucket is still open");
    const minute = bucketStart("1m", open + WINDOW_MS);
    assert.equal(closed({ resolution: "1m", to: iso(minute) }), true);
    assert.equal(closed({ resolution: "1m", to: iso(minute + 1) }), false);
    assert.equal(closed({ resolution: "1d" }, 1), true);
    assert.equal(closed({ resolution: "1d", to: iso(EVENING + 60_000) }), false);
  }));

Deno.test("Projector.history() refuses a limit, a time and a cursor that are none", () =>
  withHistory((projection) => {
    const query = (more: Partial<HistoryQuery>) => () =>
      projection.history({ resolution: "1m", limit: 10, ...more });
    for (const limit of [0, 2001, 1.5, NaN]) assert.throws(query({ limit }), RangeError);
    assert.throws(query({ from: "yesterday" }), RangeError);
    for (
      const cursor of ["", "!", btoa("1m.x"), formatCursor("1h", 5), btoa("1m.99999999999999999")]
    ) {
      assert.throws(query({ cursor }), InvalidCursorError, cursor);
    }
    assert.equal(parseCursor("1m", formatCursor("1m", 1234)), 1234);
  }));

Deno.test("historyKey() is read back by parseHistoryKey()", () => {
  const queries: HistoryQuery[] = [
    { resolution: "raw", limit: 1 },
    { resolution: "auto", limit: 2 },
    { resolution: "1d", limit: 9, from: iso(0), to: iso(1), cursor: "abc" },
  ];
  for (const query of queries) assert.deepEqual(parseHistoryKey(historyKey(query)), query);
  assert.equal(parseHistoryKey("current"), null);
});

Deno.test("bucketStart() puts a window that ends at midnight into the day before", () => {
  const midnight = Date.parse("2026-11-22T00:00:00.000Z");
  assert.equal(bucketStart("1d", midnight), midnight - 86_400_000);
  assert.equal(bucketStart("1d", midnight + 1), midnight);
  assert.equal(bucketStart("1m", midnight), midnight - 60_000);
});

Deno.test("addToBucket() follows net P&L exactly, beyond what a double can tell apart", () => {
  const metrics = (netPnl: string) => ({
    dailyTrendPct: null,
    grossMarginPct: null,
    netPnl,
    totalExpenses: "0.00",
    totalRevenue: netPnl,
    trendPct: null,
  });
  const nets = ["90071992547409.93", "90071992547409.930000001", "-5.00", "90071992547409.92"];
  const bucket = nets.reduce(
    (held: ReturnType<typeof addToBucket> | undefined, net) =>
      addToBucket(held, "1m", 60_000, metrics(net)),
    undefined,
  );
  assert.deepEqual(
    [bucket?.open, bucket?.high, bucket?.low, bucket?.close],
    [nets[0], nets[1], nets[2], nets[3]],
  );
});

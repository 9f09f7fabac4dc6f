import assert from "node:assert/strict";
import fc from "fast-check";
import type { SnapshotRecord } from "../redis/records.ts";
import { EdgeFrames } from "./edge_frames.ts";

const EPOCH = "0123456789abcdef";
const OTHER_EPOCH = "fedcba9876543210";

const record = (
  offset: number,
  previous: number | null = null,
  branch = "a",
  epoch = EPOCH,
): SnapshotRecord => ({
  branch,
  epoch,
  offset,
  json: `{"branch":"${branch}","offset":${offset}}`,
  previous,
});

const offsets = (frames: readonly { readonly offset: number }[]) =>
  frames.map(({ offset }) => offset);

/** A line of snapshots as a writer publishes it: each names the final before it. */
function published(kinds: readonly boolean[], branch = "a"): SnapshotRecord[] {
  let previous = 0;
  return kinds.map((final, index) => {
    const offset = 2 * (index + 1) + (final ? 1 : 0);
    const made = record(offset, previous, branch);
    if (final) previous = offset;
    return made;
  });
}

Deno.test("EdgeFrames keeps finals and the newest frame, and knows from where they are whole", () => {
  const frames = new EdgeFrames();
  frames.begin({ branch: "a", epoch: EPOCH }, [record(11, 7), record(13, 11), record(16, 13)]);
  assert.deepEqual(frames.current, {
    epoch: EPOCH,
    offset: 16,
    position: 8,
    final: false,
    json: record(16).json,
  });
  assert.equal(frames.completeAfter, 7);
  assert.deepEqual(offsets(frames.finalsAfter(7, 10)), [11, 13]);
  assert.deepEqual(offsets(frames.finalsAfter(7, 1)), [11]);
  assert.deepEqual(offsets(frames.finalsAfter(11, 10)), [13]);
  assert.deepEqual(offsets(frames.finalsAfter(13, 10)), []);
});

Deno.test("EdgeFrames.take() passes over what is not newer, and what is of another line", () => {
  const frames = new EdgeFrames();
  assert.equal(frames.take(record(2)).frame, null);
  frames.begin({ branch: "a", epoch: EPOCH }, [record(16)]);
  for (const odd of [record(16), record(15, 13), record(18, null, "b")]) {
    assert.deepEqual(frames.take(odd), { frame: null, broken: false });
  }
  assert.equal(frames.take(record(18, null, "a", OTHER_EPOCH)).frame, null);
  assert.equal(frames.take(record(18)).frame?.offset, 18);
});

Deno.test("EdgeFrames.take() notices a final that was missed, and nobody resumes over it", () => {
  const frames = new EdgeFrames();
  frames.begin({ branch: "a", epoch: EPOCH }, [record(11, 7), record(12, 11)]);
  // 15 and 19 were trimmed away.
  assert.equal(frames.take(record(20, 19)).broken, true);
  assert.equal(frames.completeAfter, 19);
  assert.equal(frames.take(record(22, 19)).broken, false);
  assert.equal(frames.take(record(23, 19)).broken, false);
  assert.equal(frames.completeAfter, 19);
  assert.deepEqual(offsets(frames.finalsAfter(19, 10)), [23]);
  assert.equal(frames.take(record(25, 23)).broken, false);
  assert.equal(
    frames.take(record(27)).broken,
    true,
    "a final that does not say what was before it",
  );
});

Deno.test("EdgeFrames.take() lets nobody resume over a snapshot that does not say what was before it", () => {
  const frames = new EdgeFrames();
  frames.begin({ branch: "a", epoch: EPOCH }, [record(11, 7), record(12, 11), record(20)]);
  assert.equal(frames.current?.offset, 20);
  assert.equal(frames.completeAfter, 20);
  assert.deepEqual(frames.finalsAfter(0, 10), []);
  assert.equal(frames.take(record(22, 19)).broken, false);
  assert.equal(frames.take(record(24)).broken, true);
});

Deno.test("EdgeFrames.begin() lets nobody resume over a position of another branch of the epoch", () => {
  const frames = new EdgeFrames();
  frames.begin({ branch: "a", epoch: EPOCH }, [record(11, 0), record(30)]);
  frames.begin({ branch: "b", epoch: EPOCH }, published([true, false, true], "b"));
  assert.deepEqual(offsets(frames.finalsAfter(0, 10)), [3, 7]);
  assert.equal(frames.completeAfter, 31);
  // Another epoch's positions are told apart by themselves.
  frames.begin({ branch: "b", epoch: OTHER_EPOCH }, [record(3, 0, "b", OTHER_EPOCH)]);
  assert.equal(frames.completeAfter, 0);
});

Deno.test("EdgeFrames keeps a thousand finals, and says so", () => {
  const frames = new EdgeFrames();
  frames.begin({ branch: "a", epoch: EPOCH }, published(Array.from({ length: 1_100 }, () => true)));
  assert.equal(frames.finalsAfter(0, 5_000).length, 1_000);
  assert.equal(frames.completeAfter, 2 * 100 + 1);
  assert.equal(frames.finalsAfter(frames.completeAfter, 1)[0]?.offset, 2 * 101 + 1);
});

/** What may come of a published line: pieces of it, again and again, in an order that is not its own. */
const deliveries = fc.record({
  kinds: fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
  start: fc.nat({ max: 10 }),
  picks: fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ from: fc.nat(40), length: fc.integer({ min: 1, max: 8 }) }),
      },
      fc.constant("again" as const),
    ),
    { maxLength: 25 },
  ),
});

Deno.test("EdgeFrames never goes back, and lacks no final from completeAfter on, whatever comes", () => {
  fc.assert(fc.property(fc.array(deliveries, { minLength: 1, maxLength: 4 }), (branches) => {
    const frames = new EdgeFrames();
    const old: SnapshotRecord[] = [];
    branches.forEach(({ kinds, start, picks }, index) => {
      const branch = `branch-${index}`;
      const line = published(kinds, branch);
      frames.begin({ branch, epoch: EPOCH }, line.slice(0, start));
      const shown = frames.current === null ? [] : [frames.current];
      for (const pick of picks) {
        const given = pick === "again" ? old : line.slice(pick.from, pick.from + pick.length);
        for (const each of given) {
          const { frame } = frames.take(each);
          if (frame !== null) shown.push(frame);
        }
        const last = frames.current?.offset ?? 0;
        const expected = line.filter(({ offset }) =>
          offset % 2 === 1 && offset > frames.completeAfter && offset <= last
        );
        assert.deepEqual(offsets(frames.finalsAfter(frames.completeAfter, 99)), offsets(expected));
      }
      shown.forEach((frame, at) => {
        assert.ok(at === 0 || frame.offset > shown[at - 1]!.offset, "it went back");
        assert.ok(frame.json.includes(`"${branch}"`), "it is of another branch");
      });
      old.push(...line);
    });
  }));
});

Deno.test("A client of EdgeFrames that is told of breaks lacks no final silently, whatever is lost", () => {
  const losses = fc.record({
    kinds: fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
    lost: fc.array(fc.nat(40), { maxLength: 12 }),
    stays: fc.array(fc.nat(40), { maxLength: 4 }),
  });
  fc.assert(fc.property(losses, ({ kinds, lost, stays }) => {
    const frames = new EdgeFrames();
    const line = published(kinds);
    const known = line.filter((_, index) => !lost.includes(index));
    frames.begin({ branch: "a", epoch: EPOCH }, known.slice(0, 1));
    // A client that was on another node until some moment, had all finals there, and goes on here.
    const client = { at: -1, has: new Set<number>() };
    const resume = (from: number) => {
      const whole = from >= frames.completeAfter && from <= (frames.current?.offset ?? 0);
      client.has = new Set(offsets(line).filter((offset) => !whole || offset <= from));
      client.at = frames.current?.offset ?? 0;
      // A reset tells it that finals are missing: from there on it has to have them all.
      if (!whole) client.has = new Set(offsets(line).filter((offset) => offset <= client.at));
      else for (const { offset } of frames.finalsAfter(from, 99)) client.has.add(offset);
    };
    known.slice(1).forEach((each, index) => {
      if (stays.includes(index) || index === 0) resume(frames.completeAfter);
      const { frame, broken } = frames.take(each);
      if (frame === null) return;
      if (broken) return resume(client.at);
      client.at = frame.offset;
      if (frame.final) client.has.add(frame.offset);
      if (!frame.final) return;
      const due = offsets(line).filter((offset) => offset % 2 === 1 && offset <= frame.offset);
      assert.deepEqual(due.filter((offset) => !client.has.has(offset)), []);
    });
  }));
});

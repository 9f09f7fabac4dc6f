import assert from "node:assert/strict";
import { type ExpectedSnapshots, snapshotFault, type SnapshotStream } from "./snapshot_stream.ts";

const BRANCH = "0b";
const EPOCH = "0123456789abcdef";
const EXPECTED: ExpectedSnapshots = { branch: BRANCH, epoch: EPOCH, finals: [7, 13], newest: 16 };

/** A stream with these offsets in it. */
function stream(offsets: readonly (number | null)[], given: Partial<SnapshotStream> = {}) {
  return {
    kind: "stream",
    last: offsets.at(-1) ?? 0,
    length: offsets.length,
    entries: offsets.map((offset) => ({ offset, branch: BRANCH, epoch: EPOCH })),
    ...given,
  };
}

Deno.test("snapshotFault() finds none in a stream that may be continued", () => {
  for (
    const whole of [
      stream([7, 13, 16]),
      stream([7, 13, 14, 16]),
      stream([7, 13]),
      stream([7, 8]),
      stream([2, 4]),
      stream([]),
      stream([], { kind: "none" }),
      // What was trimmed, or is older than what is kept, is not asked for.
      stream([1, 3, 5, 7, 13]),
    ]
  ) {
    assert.equal(snapshotFault(whole, EXPECTED), null);
  }
});

Deno.test("snapshotFault() names what a stream cannot be continued for", () => {
  const foreign = { offset: 7, branch: "another", epoch: EPOCH };
  const faults: readonly (readonly [SnapshotStream, RegExp])[] = [
    [stream([], { kind: "hash" }), /is a hash/],
    [stream([], { length: 1_000_000 }), /1000000 entries/],
    [stream([7, 13], { last: 18 }), /beyond the newest/],
    [stream([7, 13], { last: null }), /beyond the newest/],
    [stream([null], { last: 16 }), /no snapshot/],
    [stream([7], { entries: [foreign] }), /another branch/],
    [stream([7], { entries: [{ ...foreign, branch: BRANCH, epoch: "0" }] }), /another epoch/],
    [stream([13, 16]), /lacks the final 7/],
    [stream([7, 16]), /lacks the final 13/],
    [stream([], { last: 16 }), /lacks the final 7/],
    [stream([7, 9, 13]), /final 9 that never was/],
  ];
  for (const [broken, fault] of faults) {
    assert.match(snapshotFault(broken, EXPECTED) ?? "none", fault);
  }
});

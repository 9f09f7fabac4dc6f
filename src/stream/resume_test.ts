import assert from "node:assert/strict";
import type { Frame } from "../projection/frame.ts";
import type { Projection } from "../projection/projection.ts";
import { planResume } from "./resume.ts";

const EPOCH = "0123456789abcdef";

const frame = (offset: number): Frame => ({
  epoch: EPOCH,
  offset,
  position: Math.floor(offset / 2),
  final: offset % 2 === 1,
  json: "{}",
});

/** A projection with finals at 11, 21, 31 and 41, and 50 as the current one. */
function projection(more: Partial<Projection> = {}): Projection {
  const finals = [11, 21, 31, 41].map(frame);
  return {
    epoch: EPOCH,
    windowMs: 5_000,
    position: 25,
    trails: false,
    state: { status: "running" },
    current: () => frame(50),
    streamed: () => frame(50),
    completeAfter: 0,
    finalsTier: "memory",
    finalsAfter: (offset, limit) => finals.filter((each) => each.offset > offset).slice(0, limit),
    subscribe: () => () => {},
    ...more,
  };
}

const at = (offset: number, epoch = EPOCH) => `${epoch}:${offset}`;

Deno.test("planResume() sends the finals since a position, or what is live where none is named", () => {
  assert.deepEqual(planResume(projection(), null), { kind: "live" });
  assert.deepEqual(planResume(projection(), at(0)), { kind: "replay", after: 0 });
  assert.deepEqual(planResume(projection(), at(21)), { kind: "replay", after: 21 });
  assert.deepEqual(planResume(projection(), at(50)), { kind: "replay", after: 50 });
});

Deno.test("planResume() says why a position cannot be gone on from", () => {
  const reason = (since: string, more: Partial<Projection> = {}, most?: number) => {
    const resume = planResume(projection(more), since, most);
    return resume.kind === "reset" ? resume.reason : resume.kind;
  };
  assert.equal(reason("yesterday"), "invalid");
  assert.equal(reason(at(21, "fedcba9876543210")), "epoch");
  assert.equal(reason(at(52)), "ahead");
  assert.equal(reason(at(11), {}, 2), "gap");
  assert.equal(reason(at(11), {}, 3), "replay");
});

Deno.test("planResume() fills no gap where finals may be missing", () => {
  const more = { completeAfter: 31 };
  assert.deepEqual(planResume(projection(more), at(30)), { kind: "reset", reason: "gap" });
  assert.deepEqual(planResume(projection(more), at(31)), { kind: "replay", after: 31 });
  // Beyond everything that is here lies what was shown of another past.
  const trailing = { completeAfter: 101, trails: true };
  assert.deepEqual(planResume(projection(trailing), at(100)), { kind: "reset", reason: "gap" });
});

Deno.test("planResume() lets a client wait that was shown more on another node", () => {
  const more = { trails: true };
  assert.deepEqual(planResume(projection(more), at(52)), { kind: "await", offset: 52 });
  assert.deepEqual(planResume(projection(more), at(50)), { kind: "replay", after: 50 });
});

Deno.test("planResume() lets a client wait where an edge has not heard of a writer yet", () => {
  const edge = projection({ trails: true, current: () => null, epoch: "0".repeat(16) });
  assert.deepEqual(planResume(edge, at(21)), { kind: "await", offset: 21 });
  assert.deepEqual(planResume(edge, "garbage"), { kind: "reset", reason: "invalid" });
});

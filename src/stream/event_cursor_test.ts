import assert from "node:assert/strict";
import { planEvents } from "./event_cursor.ts";

Deno.test("planEvents() goes on after a position of this log, or from now on", () => {
  assert.deepEqual(planEvents(null, 7), { kind: "follow", after: 7 });
  assert.deepEqual(planEvents("0", 7), { kind: "follow", after: 0 });
  assert.deepEqual(planEvents("7", 7), { kind: "follow", after: 7 });
});

Deno.test("planEvents() says why a position cannot be gone on from", () => {
  assert.deepEqual(planEvents("8", 7), { kind: "reset", reason: "ahead", after: 7 });
  for (const named of ["", "x", "-1", "1.5", "1e3", "0x1", "９", "9".repeat(16), "1".repeat(17)]) {
    assert.deepEqual(planEvents(named, 7), { kind: "reset", reason: "invalid", after: 7 }, named);
  }
});

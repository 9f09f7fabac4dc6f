import assert from "node:assert/strict";
import { belongsInHistory } from "./belongs_in_history.ts";
import type { Snapshot } from "./snapshot_schema.ts";

Deno.test("belongsInHistory() leaves out a backfill, and not what one bad row marks for ever", () => {
  const snapshot = (quality: Partial<Snapshot["quality"]>) => ({
    quality: {
      complete: true,
      incompleteSince: null,
      pending: [],
      late: 0,
      rejected: 0,
      quarantined: 0,
      ...quality,
    },
  });
  const cases: [Partial<Snapshot["quality"]>, boolean][] = [
    [{}, true],
    [{ pending: ["anthropic"] }, true],
    [{ complete: false, pending: ["kalshi"] }, false],
    [{ complete: false }, false],
    [{ complete: false, rejected: 1 }, true],
    [{ complete: false, quarantined: 2 }, true],
    [{ complete: false, rejected: 1, pending: ["kalshi"] }, false],
  ];
  for (const [quality, belongs] of cases) {
    assert.equal(belongsInHistory(snapshot(quality)), belongs, JSON.stringify(quality));
  }
});

import assert from "node:assert/strict";
import { getLogger } from "@logtape/logtape";
import { withLogs } from "../log/test_logs.ts";
import { tierFailures } from "./tier_failures.ts";

Deno.test("tierFailures() tells the first failure of each tier, then once a minute how many", async () => {
  await withLogs((records) => {
    let now = 0;
    const failed = tierFailures(getLogger(["pnl", "tiers"]), () => now);
    for (; now < 120_000; now += 1_000) failed("redis", "current", new Error("it hangs"));
    failed("sqlite", "current", new Error("it is locked"));
    const told = records.map(({ message }) => message.join(""));
    assert.deepEqual(told, [
      "Tier redis of the read path failed (1): it hangs",
      "Tier redis of the read path failed (60): it hangs",
      "Tier sqlite of the read path failed (1): it is locked",
    ]);
    return Promise.resolve();
  });
});

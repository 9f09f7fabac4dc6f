import assert from "node:assert/strict";
import { configure, getLogger, type LogRecord, reset } from "@logtape/logtape";
import { tierFailures } from "./tier_failures.ts";

Deno.test("tierFailures() tells the first failure of each tier, then once a minute how many", async () => {
  const records: LogRecord[] = [];
  await configure({
    sinks: { kept: (record) => records.push(record) },
    loggers: [{ category: "tiers", sinks: ["kept"] }, { category: ["logtape", "meta"], sinks: [] }],
  });
  try {
    let now = 0;
    const failed = tierFailures(getLogger("tiers"), () => now);
    for (; now < 120_000; now += 1_000) failed("redis", "current", new Error("it hangs"));
    failed("sqlite", "current", new Error("it is locked"));
    const told = records.map(({ message }) => message.join(""));
    assert.deepEqual(told, [
      "Tier redis of the read path failed (1): it hangs",
      "Tier redis of the read path failed (60): it hangs",
      "Tier sqlite of the read path failed (1): it is locked",
    ]);
  } finally {
    await reset();
  }
});

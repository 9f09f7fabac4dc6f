import assert from "node:assert/strict";
import { getLogger } from "@logtape/logtape";
import { withLogs } from "../log/test_logs.ts";
import { Trouble } from "./trouble.ts";

/** Runs a test with a trouble, a clock of seconds, and what was said since it was last asked. */
async function withTrouble(
  test: (trouble: Trouble, step: (seconds: number) => void, said: () => string[]) => void,
): Promise<void> {
  let now = 0;
  const trouble = new Trouble({
    logger: getLogger(["pnl", "alerts"]),
    clock: { monotonic: () => now },
    failed: "Cannot serve {guest}",
    over: "{guest} is served again",
    properties: { guest: "Ann" },
  });
  await withLogs((records) => {
    const said = () =>
      records.splice(0).map(({ level, message }) => `${level} ${message.join("")}`);
    test(trouble, (seconds) => now += seconds * 1000, said);
    return Promise.resolve();
  });
}

const CANNOT = "error Cannot serve Ann";
const AGAIN = "info Ann is served again";
const FULL = new Error("the disk is full");

Deno.test("Trouble tells at once, then each minute, and once that it is over", async () => {
  await withTrouble((trouble, step, said) => {
    trouble.over();
    assert.deepEqual(said(), [], "nothing was wrong");
    const told: number[] = [];
    for (let second = 0; second <= 150; second++) {
      trouble.failed(FULL);
      if (said().length > 0) told.push(second);
      step(1);
    }
    assert.deepEqual(told, [0, 60, 120]);
    trouble.over();
    trouble.over();
    assert.deepEqual(said(), [AGAIN]);
  });
});

Deno.test("Trouble tells another reason at once, and what comes and goes no oftener than each minute", async () => {
  await withTrouble((trouble, step, said) => {
    trouble.failed(FULL);
    trouble.failed(new Error("the file is damaged"));
    assert.deepEqual(said(), [CANNOT, CANNOT]);
    for (let second = 0; second < 59; second++) {
      trouble.failed(FULL);
      trouble.over();
      step(1);
    }
    assert.deepEqual(said(), [AGAIN], "of what was not told it is not told that it is over");
    step(1);
    trouble.failed(FULL);
    trouble.over();
    assert.deepEqual(said(), [CANNOT, AGAIN]);
  });
});

Deno.test("Trouble tells a bounded number of reasons within a minute", async () => {
  await withTrouble((trouble, step, said) => {
    for (let reason = 0; reason < 100; reason++) trouble.failed(`reason ${reason}`);
    assert.equal(said().length, 8);
    step(60);
    trouble.failed("reason 99");
    assert.deepEqual(said(), [CANNOT]);
  });
});

import assert from "node:assert/strict";
import { add, closingLine, countsOf, filteredOut } from "./counts.ts";

Deno.test("countsOf() reads deno test's closing summary, in colour and with steps", () => {
  const coloured =
    "\x1b[0m\x1b[32mok\x1b[0m | 5 passed (2 steps) | 0 failed | 3 ignored \x1b[0m(1s)\n";
  assert.deepEqual(countsOf(coloured), { passed: 5, failed: 0, skipped: 3 });
  const failed = "FAILED | 4 passed | 2 failed | 1 ignored (3 steps) | 7 filtered out (2m3s)\n";
  assert.deepEqual(countsOf(`ok | 1 passed | 0 failed\n${failed}`), {
    passed: 4,
    failed: 2,
    skipped: 1,
  });
});

Deno.test("countsOf() of output without a summary is null", () => {
  assert.equal(countsOf("error: Type checking failed.\n"), null);
});

Deno.test("filteredOut() counts the tests that a filter left out", () => {
  assert.equal(filteredOut("ok | 0 passed | 0 failed | \x1b[2m12 filtered out\x1b[0m (3ms)\n"), 12);
  assert.equal(filteredOut("error: Type checking failed.\n"), 0);
});

Deno.test("closingLine() sums up, and speaks of skipped tests where there are some", () => {
  const counts = add({ passed: 1, failed: 0, skipped: 0 }, { passed: 2, failed: 1, skipped: 0 });
  assert.equal(closingLine(counts), "3 passed, 1 failed");
  assert.equal(closingLine({ ...counts, skipped: 2 }), "3 passed, 1 failed, 2 skipped");
});

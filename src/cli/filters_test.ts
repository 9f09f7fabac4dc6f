import assert from "node:assert/strict";
import { UsageError } from "./command.ts";
import { readFilters } from "./filters.ts";

Deno.test("readFilters() takes names as people type them, and times in any zone", () => {
  const { read, limit } = readFilters({
    source: "kalshi",
    type: "kalshi.fill.recorded",
    subject: "KX-1",
    from: "2026-03-01",
    "recorded-to": "2026-03-01T02:00:00.5+01:00",
    after: "12",
  }, 7);
  assert.deepEqual(read, {
    source: "/kalshi",
    type: "pnl.kalshi.fill.recorded.v1",
    subject: "KX-1",
    timeFrom: "2026-03-01T00:00:00.000Z",
    recordedTo: "2026-03-01T01:00:00.500Z",
    after: 12,
  });
  assert.equal(limit, 7);
  assert.equal(readFilters({ limit: "3" }, 7).limit, 3);
});

Deno.test("readFilters() refuses what it cannot read, naming the option", () => {
  const wrong: Record<string, readonly string[]> = {
    source: ["kalsi", ""],
    type: ["kalshi.fil.recorded", "pnl.kalshi.fill.recorded.v2"],
    from: ["yesterday", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00", "1767225600"],
    after: ["-1", "1.5", "x"],
    limit: ["0", "1e3"],
  };
  for (const [name, texts] of Object.entries(wrong)) {
    for (const text of texts) {
      assert.throws(() => readFilters({ [name]: text }, 1), (error: unknown) => {
        assert.ok(error instanceof UsageError, `${name}=${text}`);
        assert.match(error.message, new RegExp(`^--${name}: `));
        return true;
      });
    }
  }
  assert.throws(
    () => readFilters({ type: "kalshi.fil.recorded" }, 1),
    /did you mean pnl.kalshi.fill/,
  );
});

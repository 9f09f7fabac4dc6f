import assert from "node:assert/strict";
import { dollars, fixed, share, timeText, trimmed } from "./units.ts";

Deno.test("fixed() prints exactly the asked decimals on both signs", () => {
  assert.equal(fixed(17_500, 6), "0.017500");
  assert.equal(fixed(-5, 2), "-0.05");
  assert.equal(fixed(123_456_789n, 4), "12345.6789");
  assert.equal(fixed(0, 2), "0.00");
});

Deno.test("trimmed() and dollars() drop zeros, the latter to two decimals", () => {
  assert.equal(trimmed(12_378_912, 5), "123.78912");
  assert.equal(trimmed(10_000_000, 5), "100");
  assert.equal(trimmed(0, 5), "0");
  assert.equal(dollars(12_500_000, 6), "12.50");
  assert.equal(dollars(-17_500, 6), "-0.0175");
  assert.equal(dollars(100_000_000, 6), "100.00");
  assert.equal(dollars(1, 9), "0.000000001");
});

Deno.test("timeText() keeps the microsecond", () => {
  assert.equal(
    timeText(Date.UTC(2026, 5, 11, 6, 29, 30) * 1000 + 164_056),
    "2026-06-11T06:29:30.164056Z",
  );
});

Deno.test("share() rounds ties to the even neighbour", () => {
  assert.deepEqual(
    [[5, 1, 2], [7, 1, 2], [10, 1, 3], [20, 1, 3], [9, 9, 9]].map(([whole, part, of]) =>
      share(whole ?? 0, part ?? 0, of ?? 1)
    ),
    [2, 4, 3, 7, 9],
  );
  assert.equal(share(9_000_000_000_000, 123_456, 200_001), 5_555_492_222_539, "beyond a double");
});

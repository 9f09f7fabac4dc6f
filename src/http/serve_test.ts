import assert from "node:assert/strict";
import { serveWith } from "./serve.ts";

const clock = { now: () => 0, monotonic: () => 0 };
const entry = { epoch: "0123456789abcdef", offset: 3, json: '{"a":1}' };

Deno.test("serveWith() says of what is not the newest that nothing confirms it", () => {
  const serve = serveWith({
    clock,
    statuses: () => [],
    confirmedAgeMs: () => 7,
    intervalMs: () => 5_000,
  });
  const newest = JSON.parse(serve(entry, "memory")).served;
  assert.deepEqual([newest.confirmedAgeMs, newest.confirmed], [7, true]);
  const old = JSON.parse(serve(entry, "sqlite", true)).served;
  assert.deepEqual([old.confirmedAgeMs, old.confirmed], [null, false]);
});

import assert from "node:assert/strict";
import { Failures } from "./failures.ts";

const HERE = { address: "203.0.113.7", keyId: null };

Deno.test("Failures hold up an address after 20, and let one in each 6 s", () => {
  const failures = new Failures();
  for (let n = 0; n < 20; n++) {
    assert.equal(failures.waitMs(HERE, 0), 0);
    failures.failed(HERE, 0);
  }
  assert.equal(failures.waitMs(HERE, 0), 6_000);
  assert.equal(failures.waitMs({ address: "203.0.113.8", keyId: null }, 0), 0);
  assert.equal(failures.waitMs(HERE, 6_000), 0);
  failures.failed(HERE, 6_000);
  assert.equal(failures.waitMs(HERE, 6_000), 6_000);
  assert.equal(failures.waitMs(HERE, 1_000_000), 0);
});

Deno.test("Failures hold up a key that many addresses try, and nobody for where nobody can be told", () => {
  const failures = new Failures();
  for (let n = 0; n < 100; n++) failures.failed({ address: `2001:db8:${n}::/64`, keyId: "K1" }, 0);
  assert.ok(failures.waitMs({ address: "203.0.113.7", keyId: "K1" }, 0) > 0);
  assert.equal(failures.waitMs({ address: "203.0.113.7", keyId: "K2" }, 0), 0);
  assert.ok(failures.waitMs({ address: null, keyId: "K1" }, 0) > 0);
  for (let n = 0; n < 100; n++) failures.failed({ address: null, keyId: null }, 0);
  assert.equal(failures.waitMs({ address: null, keyId: null }, 0), 0);
});

Deno.test("Failures of somebody are not washed away by 20,000 addresses that fail once", () => {
  const failures = new Failures();
  const fail = (address: string, times: number) => {
    for (let n = 0; n < times; n++) failures.failed({ address, keyId: null }, 0);
  };
  fail("first", 20);
  for (let n = 0; n < 20_000; n++) fail(`a${n}`, 1);
  assert.equal(failures.waitMs({ address: "first", keyId: null }, 0), 6_000);
  fail("last", 20);
  assert.equal(failures.waitMs({ address: "last", keyId: null }, 0), 6_000);
});

Deno.test("Failures hold nobody off for longer than a burst is forgiven in, however many at once", () => {
  const failures = new Failures();
  const attempt = { address: "203.0.113.7", keyId: "K1" };
  for (let n = 0; n < 10_000; n++) failures.failed(attempt, 0);
  assert.equal(failures.waitMs(attempt, 0), 6_000);
});

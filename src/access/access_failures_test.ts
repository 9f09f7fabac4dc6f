import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { testKeys } from "./testing.ts";

const NOW = Date.UTC(2026, 10, 22, 10);
const ADDRESS = "203.0.113.7";

/** A clock that is set. */
class SetClock {
  at = NOW;
  now(): number {
    return this.at;
  }
  monotonic(): number {
    return this.at;
  }
}

Deno.test("Access identify() refuses a genuine session that is over or signed out, and does not count it", async () => {
  const clock = new SetClock();
  await using keys = await testKeys(clock);
  const access = keys.access();
  const { id, text } = keys.make();
  const begun = () => access.beginSession(text, { id, name: "test", expiresAt: null }).token;
  const out = begun();
  access.endSession(out);
  const over = begun();
  clock.at += 12 * 60 * 60 * 1_000;
  for (const token of [out, over]) {
    for (let n = 0; n < 150; n++) {
      assert.equal(access.identify({ kind: "session", token }, ADDRESS), "refused");
    }
  }
  assert.ok(typeof access.identify({ kind: "key", text }, ADDRESS) === "object");
  const forged = `${over.slice(0, -5)}AAAAA`;
  for (let n = 0; n < 20; n++) access.identify({ kind: "session", token: forged }, "198.51.100.1");
  const held = access.identify({ kind: "session", token: forged }, "198.51.100.1");
  assert.deepEqual(held, { waitMs: 6_000 });
});

Deno.test("Access identify() lets a right key in, however many wrong ones come from its address or for it", async () => {
  await using keys = await testKeys(new SetClock());
  const access = keys.access();
  const { text } = keys.make();
  const { text: other } = keys.make();
  const wrong = {
    kind: "session",
    token: access.beginSession(other, {
      id: keys.make().id,
      name: "test",
      expiresAt: null,
    }).token,
  } as const;
  for (const address of [ADDRESS, null]) {
    for (let n = 0; n < 150; n++) access.identify(wrong, address);
    const found = access.identify({ kind: "key", text }, address);
    assert.ok(typeof found === "object" && "scopes" in found, JSON.stringify(found));
  }
  assert.deepEqual(access.identify(wrong, ADDRESS), { waitMs: 6_000 });
});

Deno.test("Access redeemTicket() counts no bad ticket: a foreign page could lock its visitor out with them", async () => {
  const clock = new SetClock();
  await using keys = await testKeys(clock);
  const access = keys.access();
  for (let n = 0; n < 200; n++) {
    assert.equal(await access.redeemTicket("nonsense"), "refused");
  }
  const { text } = keys.make();
  const found = access.identify({ kind: "key", text }, ADDRESS);
  assert.ok(typeof found === "object" && "scopes" in found, JSON.stringify(found));
});

Deno.test("Access holds() lets a stream go on while the database cannot be asked", async () => {
  const clock = new SetClock();
  await using keys = await testKeys(clock);
  const access = keys.access();
  const { id, text } = keys.make();
  const { token } = access.beginSession(text, { id, name: "test", expiresAt: null });
  const found = access.identify({ kind: "session", token }, ADDRESS);
  assert.ok(typeof found === "object" && "scopes" in found);
  using other = new DatabaseSync(keys.path);
  other.exec("DROP TABLE ended_sessions");
  assert.throws(() => keys.store.hasEnded({ keyId: id, id: "S1", expiresAt: NOW }));
  assert.equal(access.holds(found), true);
});

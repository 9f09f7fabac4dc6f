import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Access } from "./access.ts";
import { EndedHere, type EndedSessions, MOST_ENDED_OF_ONE } from "./ended_sessions.ts";
import { sessionKeyOf, signSession } from "./session_token.ts";
import { type TestKeys, testKeys } from "./testing.ts";

const NOW = Date.UTC(2026, 10, 22, 10);
const HOURS_12 = 12 * 60 * 60 * 1_000;
const clock = { at: NOW, now: () => clock.at, monotonic: () => clock.at };

/** Both ways to remember them: in `state.db`, and in the process of an edge. */
async function each(run: (keys: TestKeys, ended: EndedSessions) => void): Promise<void> {
  for (const here of [false, true]) {
    clock.at = NOW;
    await using keys = await testKeys(clock);
    run(keys, here ? new EndedHere() : keys.store);
  }
}

const accessOf = ({ store }: TestKeys, ended: EndedSessions) =>
  new Access({ required: true, keys: store, ended, clock });

Deno.test("EndedSessions remembers a thousand of each key, as docs/SECURITY.md says", () => {
  assert.equal(MOST_ENDED_OF_ONE, 1_000);
});

Deno.test("EndedSessions remembers so many of a key, and none that it forgets comes back", async () => {
  await each((keys, ended) => {
    const mine = keys.make().id;
    const other = keys.make().id;
    const session = (keyId: string, n: number) => ({ keyId, id: `S${n}`, expiresAt: NOW + n });
    ended.end(session(other, 5_000), NOW);
    for (let n = 1; n <= MOST_ENDED_OF_ONE + 10; n++) ended.end(session(mine, n), NOW);
    for (let n = 1; n <= MOST_ENDED_OF_ONE + 10; n++) {
      assert.equal(ended.hasEnded(session(mine, n)), true, `S${n}`);
    }
    assert.equal(ended.endedThrough(mine), NOW + 10);
    assert.equal(ended.hasEnded({ ...session(mine, 10), id: "left open" }), true, "as old");
    assert.equal(ended.hasEnded({ ...session(mine, 11), id: "left open" }), false);
    assert.equal(ended.hasEnded({ ...session(other, 1), id: "left open" }), false, "another key");
    if (ended !== keys.store) return;
    using file = new DatabaseSync(keys.path);
    const { many } = file.prepare("SELECT count(*) AS many FROM ended_sessions").get() ?? {};
    assert.equal(many, MOST_ENDED_OF_ONE + 1, "the file grows no more");
  });
});

Deno.test("EndedSessions ends no session that is left open before one more than it remembers has ended", async () => {
  await each((keys, ended) => {
    const mine = keys.make().id;
    const session = (n: number) => ({ keyId: mine, id: `S${n}`, expiresAt: NOW + n });
    for (let n = 1; n <= MOST_ENDED_OF_ONE; n++) ended.end(session(n), NOW);
    assert.equal(ended.endedThrough(mine), 0);
    assert.equal(ended.hasEnded({ ...session(1), id: "left open" }), false);
    ended.end(session(MOST_ENDED_OF_ONE), NOW);
    assert.equal(ended.endedThrough(mine), 0, "the same one again");
    ended.end(session(MOST_ENDED_OF_ONE + 1), NOW);
    assert.equal(ended.endedThrough(mine), NOW + 1);
  });
});

Deno.test("EndedSessions counts none that is over by itself, and what has ended stays so", async () => {
  await each((keys, ended) => {
    const mine = keys.make().id;
    const session = (n: number) => ({ keyId: mine, id: `S${n}`, expiresAt: NOW + n });
    for (let n = 1; n <= MOST_ENDED_OF_ONE; n++) ended.end(session(n), NOW);
    ended.end(session(9_000), NOW + 2);
    assert.equal(ended.endedThrough(mine), 0, "the first two were over");
    for (let n = 1; n <= 10; n++) ended.end(session(9_000 + n), NOW + 2);
    const through = ended.endedThrough(mine);
    assert.ok(through > NOW + 2 && through <= NOW + 11, String(through - NOW));
    ended.end(session(1), NOW);
    assert.equal(ended.endedThrough(mine), through);
    assert.equal(ended.hasEnded({ ...session(through - NOW), id: "left open" }), true);
    assert.equal(ended.hasEnded(session(9_000)), true);
  });
});

Deno.test("Access lets in who signs in after many have signed out in a loop, within one millisecond", async () => {
  await each((keys, ended) => {
    const access = accessOf(keys, ended);
    const { id, text } = keys.make();
    const begin = () => access.beginSession(text, { id, name: "test", expiresAt: null }).token;
    const whoIs = (token: string) => access.identify({ kind: "session", token }, null);
    const last: string[] = [];
    for (let n = 0; n < MOST_ENDED_OF_ONE + 50; n++) {
      const token = begin();
      access.endSession(token);
      if (n % 100 === 0) last.push(token);
    }
    assert.equal(typeof whoIs(begin()), "object");
    for (const token of last) assert.equal(whoIs(token), "refused");
  });
});

Deno.test("Access does not take a session that lasts longer than one of now, and does not remember its end", async () => {
  await each((keys, ended) => {
    const access = accessOf(keys, ended);
    const { id, text } = keys.make();
    assert.equal(keys.store.find(id, NOW)?.sessionKey, sessionKeyOf(text.trim()));
    const until = (ms: number) => signSession(text, id, NOW + ms);
    const whoIs = (token: string) => access.identify({ kind: "session", token }, null);
    assert.equal(
      typeof whoIs(until(HOURS_12 + 60_000)),
      "object",
      "of a node whose clock is ahead",
    );
    const forged = until(30 * HOURS_12);
    assert.equal(whoIs(forged), "refused");
    for (let n = 0; n <= MOST_ENDED_OF_ONE; n++) {
      ended.end({ keyId: id, id: `S${n}`, expiresAt: NOW + HOURS_12 }, NOW);
    }
    access.endSession(forged);
    assert.equal(ended.endedThrough(id), NOW + HOURS_12);
    const { token } = access.beginSession(text, { id, name: "test", expiresAt: null });
    assert.equal(typeof whoIs(token), "object");
  });
});

Deno.test("Access beginSession() gives a cookie no longer than its key, whose sessions end with it", async () => {
  await each((keys, ended) => {
    const access = accessOf(keys, ended);
    const expiresAt = NOW + 60_000;
    const { id, text } = keys.make({ expiresAt });
    const { token, forMs } = access.beginSession(text, { id, name: "test", expiresAt });
    assert.equal(forMs, 60_000);
    assert.equal(typeof access.identify({ kind: "session", token }, null), "object");
    clock.at += 60_000;
    assert.equal(access.identify({ kind: "session", token }, null), "refused");
  });
});

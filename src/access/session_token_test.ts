import assert from "node:assert/strict";
import { makeKeyText } from "./key_text.ts";
import { isSigned, parseSession, sessionKeyOf, signSession } from "./session_token.ts";

const UNTIL = Date.UTC(2026, 10, 22, 22);

Deno.test("isSigned() believes what the key signed, and nothing else", () => {
  const key = makeKeyText("live");
  const publicKey = sessionKeyOf(key.text);
  const token = signSession(key.text, key.id, UNTIL);
  const session = parseSession(token);
  assert.ok(session !== null);
  assert.deepEqual([session.keyId, session.expiresAt], [key.id, UNTIL]);
  assert.equal(isSigned(session, publicKey), true);
  assert.equal(isSigned(session, sessionKeyOf(makeKeyText("live").text)), false);
  const longer = parseSession(token.replace(String(UNTIL), String(UNTIL + 1)));
  assert.ok(longer !== null);
  assert.equal(isSigned(longer, publicKey), false, "it cannot be prolonged");
  const [, , , signature = ""] = token.split(".");
  const flipped = parseSession(
    token.replace(signature, signature.replace(/^./, (first) => first === "A" ? "B" : "A")),
  );
  assert.ok(flipped !== null);
  assert.equal(isSigned(flipped, publicKey), false);
});

Deno.test("signSession() holds no secret, and differs each time", () => {
  const key = makeKeyText("live");
  const token = signSession(key.text, key.id, UNTIL);
  assert.ok(!token.includes(key.text.slice(-30)));
  assert.notEqual(token, signSession(key.text, key.id, UNTIL));
  assert.match(token, /^[A-Za-z0-9._-]{1,200}$/, "a cookie takes it as it is");
});

Deno.test("parseSession() takes nothing that is none", () => {
  const key = makeKeyText("live");
  const token = signSession(key.text, key.id, UNTIL);
  for (const wrong of ["", "a.b.c.d", `${token}x`, token.slice(1), token.repeat(3), key.text]) {
    assert.equal(parseSession(wrong), null, wrong);
  }
});

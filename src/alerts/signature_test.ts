import assert from "node:assert/strict";
import { secretBytes, secretsOf, signedHeaders } from "./signature.ts";
import { isGenuine, SECRET } from "./testing.ts";

Deno.test("signedHeaders() signs the specification's example as it does", () => {
  const signed = {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp: 1_614_265_330,
    body: '{"test": 2432232314}',
  };
  assert.deepEqual(signedHeaders(signed, [secretBytes(SECRET)!]), {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

Deno.test("secretBytes() takes 24 to 64 bytes in base64, and nothing else", () => {
  const of = (bytes: number) => `whsec_${new Uint8Array(bytes).toBase64()}`;
  assert.deepEqual([24, 64].map((bytes) => secretBytes(of(bytes))?.length), [24, 64]);
  const wrong = [
    of(23),
    of(65),
    "",
    "whsec_",
    "secret",
    of(24).slice(6),
    `${of(24)}!`,
    of(25).slice(0, -1),
  ];
  for (const text of wrong) assert.equal(secretBytes(text), null, text);
});

Deno.test("signedHeaders() signs by the new secret and the old one, and either is believed", async () => {
  const next = `whsec_${new Uint8Array(32).fill(7).toBase64()}`;
  const body = "{}";
  const secrets = secretsOf(`${next} ${SECRET}\n`)!;
  const headers = new Headers(signedHeaders({ id: "msg_1", timestamp: 1, body }, secrets));
  assert.match(headers.get("webhook-signature")!, /^v1,[\w+/]{43}= v1,[\w+/]{43}=$/);
  const other = `whsec_${new Uint8Array(32).fill(8).toBase64()}`;
  const verified = [next, SECRET, other].map((secret) =>
    isGenuine({ headers, body, path: "/" }, secret)
  );
  assert.deepEqual(await Promise.all(verified), [true, true, false]);
});

Deno.test("secretsOf() takes one to three secrets, and no text with anything else in it", () => {
  assert.equal(secretsOf(SECRET)?.length, 1);
  assert.equal(secretsOf([SECRET, SECRET, SECRET].join("\n"))?.length, 3);
  for (const text of ["", `${SECRET} x`, `${SECRET},${SECRET}`, `${SECRET} `.repeat(4)]) {
    assert.equal(secretsOf(text), null, text);
  }
});

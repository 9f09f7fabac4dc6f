import assert from "node:assert/strict";
import { secretBytes, signedHeaders } from "./signature.ts";
import { SECRET } from "./testing.ts";

Deno.test("signedHeaders() signs the specification's example as it does", () => {
  const signed = {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp: 1_614_265_330,
    body: '{"test": 2432232314}',
  };
  assert.deepEqual(signedHeaders(signed, secretBytes(SECRET)!), {
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

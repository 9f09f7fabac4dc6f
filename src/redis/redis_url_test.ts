import assert from "node:assert/strict";
import { parseRedisUrl, RedisUrlError } from "./redis_url.ts";

Deno.test("parseRedisUrl() reads host, port, user, password, database and TLS", () => {
  assert.deepEqual(parseRedisUrl("redis://localhost"), { host: "localhost", port: 6379, db: 0 });
  assert.deepEqual(parseRedisUrl("redis://127.0.0.1:6380/3"), {
    host: "127.0.0.1",
    port: 6380,
    db: 3,
  });
  assert.deepEqual(parseRedisUrl("redis://[::1]:7000/"), { host: "::1", port: 7000, db: 0 });
  assert.deepEqual(parseRedisUrl("rediss://me:a%2Fb%3A%40@redis.example"), {
    host: "redis.example",
    port: 6379,
    db: 0,
    username: "me",
    password: "a/b:@",
    tls: {},
  });
  assert.deepEqual(parseRedisUrl("redis://:secret@h"), {
    host: "h",
    port: 6379,
    db: 0,
    password: "secret",
  });
});

Deno.test("parseRedisUrl() refuses what it does not understand, and never shows it", () => {
  const wrong = [
    ...["", "secret", "http://secret@h", "redis://", "redis://:secret@", "redis://h:secret"],
    ...["redis://:secret@h/x", "redis://:secret@h/1?db=2", "redis://:secret%zz@h", "/secret.sock"],
  ];
  for (const text of wrong) {
    assert.throws(() => parseRedisUrl(text), (error) => {
      assert.ok(error instanceof RedisUrlError, text);
      assert.equal(error.code, "redis_url_invalid");
      assert.doesNotMatch(`${error.stack} ${error.cause ?? ""}`, /secret/);
      return true;
    });
  }
});

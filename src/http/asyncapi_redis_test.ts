import assert from "node:assert/strict";
import { startRedis } from "../redis/testing.ts";
import { AsyncApiCheck } from "./test_asyncapi.ts";
import { publish } from "./test_edge.ts";
import { startTestServer } from "./test_server.ts";
import { PATIENCE_MS } from "./test_streams.ts";

Deno.test("entries of the streams in Redis are as documented", async () => {
  await using redis = await startRedis();
  await using server = await startTestServer();
  await server.windows(3);
  await using _publishing = await publish(server, redis.url);
  const check = await AsyncApiCheck.of(server.get);
  for (
    const [channel, field] of [["redisEvents", "event"], ["redisSnapshots", "snapshot"]] as const
  ) {
    const key = check.document.channels[channel]!.address.replace("{prefix}", "pnl:");
    const deadline = performance.now() + PATIENCE_MS;
    while (await redis.client.xlen(key) < 3 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const entries = await redis.client.xrange(key, "-", "+");
    assert.ok(entries.length >= 3);
    for (const [id, fields] of entries) {
      const at = fields.indexOf(field);
      assert.ok(at >= 0 && at % 2 === 0);
      check.message(channel, "entry", JSON.parse(fields[at + 1]!), { id, field: fields[at] });
    }
  }
});

import assert from "node:assert/strict";
import { untilFolded } from "./min_position.ts";
import { startTestServer } from "./test_server.ts";

Deno.test("untilFolded() does not begin to wait once the server goes down", async () => {
  await using server = await startTestServer();
  await server.hub.drain(0);
  await assert.rejects(untilFolded(server.deps, 999), { code: "unavailable" });
});

Deno.test("untilFolded() is content with what is folded already, also while the server goes down", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  await server.hub.drain(0);
  await untilFolded(server.deps, 1);
  // A rejection that nobody took would fail this test here.
  await new Promise((resolve) => setTimeout(resolve, 20));
});

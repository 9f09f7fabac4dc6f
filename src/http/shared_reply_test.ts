import assert from "node:assert/strict";
import { formatStreamPosition } from "../projection/frame.ts";
import type { AppDeps } from "./deps.ts";
import { createApp } from "./app.ts";
import { startTestServer } from "./test_server.ts";

const FRIEND = "https://dashboard.example";
const PATH = "/api/pnl/current";

Deno.test("GET /api/pnl/current shares the work within a millisecond, and nothing of one request", async () => {
  await using server = await startTestServer({ allowedOrigins: [FRIEND] });
  await server.collect("1");
  await (await server.get(PATH)).text();
  const friend = await server.get(PATH, { headers: { origin: FRIEND, "x-request-id": "friend" } });
  const head = await server.get(PATH, { method: "HEAD", headers: { "x-request-id": "head" } });
  const other = await server.get(PATH, { headers: { "x-request-id": "other" } });
  const last = await server.get(PATH);
  const text = await friend.text();
  assert.equal(await other.text(), text);
  assert.equal(await last.text(), text);
  const ids = [friend, head, other].map(({ headers }) => headers.get("x-request-id"));
  assert.deepEqual(ids, ["friend", "head", "other"]);
  assert.match(last.headers.get("x-request-id") ?? "", /^[0-9a-f]{8}-[0-9a-z]+$/);
  assert.equal(head.headers.get("content-length"), String(new TextEncoder().encode(text).length));
  assert.equal(friend.headers.get("access-control-allow-origin"), FRIEND);
  for (const response of [other, last]) {
    assert.equal(response.headers.get("access-control-allow-origin"), null);
    assert.equal(response.headers.get("cross-origin-resource-policy"), "same-origin");
    assert.equal(response.headers.get("vary"), "Origin");
    assert.equal(response.headers.get("content-security-policy")?.includes("'none'"), true);
  }
});

Deno.test("GET /api/pnl/current is dressed anew each millisecond, and for each entry, tier and epoch", async () => {
  await using server = await startTestServer();
  const entry = { epoch: "0".repeat(16), offset: 2, json: '{"a":1}' };
  let answer: Awaited<ReturnType<AppDeps["readPath"]["read"]>> = { from: "memory", entry };
  const readPath = { ...server.deps.readPath, stats: () => ({}), read: () => answer };
  const app = createApp({ ...server.deps, readPath });
  const get = async () => {
    const response = await app.request(PATH);
    const { a, served } = await response.json();
    return [a, served.from, served.at, served.pos, response.headers.get("etag")];
  };
  const expected = () => {
    const pos = formatStreamPosition(answer.entry);
    const { a } = JSON.parse(answer.entry.json);
    return [a, answer.from, new Date(server.clock.now()).toISOString(), pos, `W/"${pos}"`];
  };
  assert.deepEqual(await get(), expected());
  server.clock.step(1);
  assert.deepEqual(await get(), expected());
  answer = { from: "sqlite", entry };
  assert.deepEqual(await get(), expected());
  answer = { from: "sqlite", entry: { ...entry, json: '{"a":2}' } };
  assert.deepEqual(await get(), expected());
  answer = { from: "sqlite", entry: { ...answer.entry, offset: 4 } };
  assert.deepEqual(await get(), expected());
  answer = { from: "sqlite", entry: { ...answer.entry, epoch: "1".repeat(16) } };
  assert.deepEqual(await get(), expected());
});

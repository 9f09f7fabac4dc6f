/** What pours in costs no memory: measured where no other file runs in this process. */
import assert from "node:assert/strict";
import { send } from "./test_endless_body.ts";
import { startTestServer } from "./test_server.ts";

const JSON_BODY = "Content-Type: application/json";
const CHUNKED = "Transfer-Encoding: chunked";
const POST = ["POST /api/session HTTP/1.1", JSON_BODY];
const MIB = 1024 * 1024;
/** What this process may grow by, which is server and client in one, while somebody pours. */
const MOST_GROWTH = 128 * MIB;
const LARGE_CHUNK = `100000\r\n${"a".repeat(MIB)}\r\n`;

Deno.test("cutOff() keeps nothing of what pours in, whatever it is refused for", async () => {
  await using server = await startTestServer();
  await send(server, [...POST, CHUNKED], { piece: LARGE_CHUNK, everyMs: 0 });
  const before = Deno.memoryUsage().rss;
  let most = 0;
  const watch = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 5);
  const refused: readonly (readonly [number, readonly string[]])[] = [
    [413, [...POST, CHUNKED]],
    [413, [...POST, "Content-Length: 9000000000"]],
    [413, ["GET /api/pnl/current HTTP/1.1", CHUNKED]],
    [413, ["GET /livez HTTP/1.1", "Content-Length: 9000000000"]],
    [415, ["POST /api/session HTTP/1.1", CHUNKED]],
    [413, ["PUT /nowhere HTTP/1.1", CHUNKED]],
  ];
  for (const [status, head] of refused) {
    const found = await send(server, head, { piece: LARGE_CHUNK, everyMs: 0 });
    // Who pours so fast may lose the answer as the connection ends.
    assert.ok([status, 0].includes(found.status), `${head}: ${found.status}`);
    assert.ok(found.ended && found.sent < 64 * MIB, `${head}: ${found.ended}, ${found.sent} bytes`);
  }
  clearInterval(watch);
  assert.ok(most - before < MOST_GROWTH, `grew by ${(most - before) / MIB} MiB`);
});

Deno.test("a body after HEAD costs no memory, whether its connection ends or not", async () => {
  await using server = await startTestServer();
  const before = Deno.memoryUsage().rss;
  for (const framing of [CHUNKED, "Content-Length: 9000000000"]) {
    const found = await send(server, ["HEAD /livez HTTP/1.1", framing], {
      piece: LARGE_CHUNK,
      everyMs: 0,
      mostMs: 1_500,
    });
    assert.equal(found.status, 413, framing);
    assert.match(found.said, /\r\n\r\n$/, "no body");
  }
  assert.ok(Deno.memoryUsage().rss - before < MOST_GROWTH);
});

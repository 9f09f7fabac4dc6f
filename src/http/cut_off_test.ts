import assert from "node:assert/strict";
import { isCutOff } from "./cut_off.ts";
import { send } from "./test_endless_body.ts";
import { startTestServer } from "./test_server.ts";

const JSON_BODY = "Content-Type: application/json";
const CHUNKED = "Transfer-Encoding: chunked";
const POST = ["POST /api/session HTTP/1.1", JSON_BODY];
const MIB = 1024 * 1024;
const LARGE_CHUNK = `100000\r\n${"a".repeat(MIB)}\r\n`;

Deno.test("cutOff() ends the connection of who sends a byte now and then, too, after 408 and all else", async () => {
  await using server = await startTestServer();
  const slow: readonly (readonly [number, string, readonly string[]])[] = [
    [408, "a", [...POST, "Content-Length: 10000"]],
    [413, "a", [...POST, "Content-Length: 300000000"]],
    [415, "1\r\na\r\n", ["POST /api/session HTTP/1.1", CHUNKED]],
    [413, "1\r\na\r\n", ["GET /livez HTTP/1.1", CHUNKED]],
  ];
  await Promise.all(slow.map(async ([status, piece, head]) => {
    const found = await send(server, head, { piece, everyMs: 3_000 });
    assert.equal(found.status, status);
    assert.ok(found.ended && found.tookMs < 12_000, `${head}: ${found.tookMs} ms`);
  }));
});

Deno.test("cutOff() tells who is silent all of a 408 after some seconds, and then reads no more of him", async () => {
  await using server = await startTestServer();
  const head = [...POST, "Content-Length: 10000"];
  const waiting = await send(server, head, { piece: "", everyMs: 50, most: 0 });
  assert.equal(waiting.status, 408);
  assert.ok(waiting.said.endsWith("}\n"), waiting.said);
  assert.ok(waiting.tookMs > 9_000 && waiting.tookMs < 15_000, `${waiting.tookMs} ms`);
  const late = await Deno.connect({ hostname: "127.0.0.1", port: server.server.port });
  await late.write(new TextEncoder().encode([...head, "Host: 127.0.0.1", "", ""].join("\r\n")));
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  const piece = new Uint8Array(MIB);
  let sent = 0;
  const pouring = (async () => {
    for (; sent < 200 * MIB;) sent += await late.write(piece);
  })().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  late.close();
  await pouring;
  assert.ok(sent < 64 * MIB, `${sent / MIB} MiB were taken`);
});

Deno.test("cutOff() ends the connection of a body that goes on after 429", async () => {
  await using server = await startTestServer({
    trustedProxies: ["127.0.0.0/8"],
    rates: { perAddress: 1, perKey: 0 },
    rateClock: { now: () => 0, monotonic: () => 0 },
  });
  const head = [...POST, CHUNKED, "X-Forwarded-For: 203.0.113.7"];
  for (let n = 0; n < 2; n++) {
    await (await server.get("/nowhere", { headers: { "x-forwarded-for": "203.0.113.7" } })).text();
  }
  for (const [piece, everyMs] of [[LARGE_CHUNK, 0], ["1\r\na\r\n", 20]] as const) {
    const found = await send(server, head, { piece, everyMs });
    if (everyMs > 0 || found.said !== "") {
      assert.equal(found.status, 429);
      assert.match(found.said, /retry-after: 1/i);
    }
    assert.ok(found.ended && found.tookMs < 8_000, `${found.tookMs} ms`);
  }
});

Deno.test("isCutOff() is true for refusals of what may have a long body, and nothing else", () => {
  const answer = (status: number, headers = {}) =>
    isCutOff(new Request("http://a/", { headers }), new Response(null, { status }));
  const chunked = { "transfer-encoding": "chunked" };
  assert.deepEqual([408, 413].map((status) => answer(status)), [true, true]);
  assert.deepEqual([400, 415, 429, 500].map((status) => answer(status)), Array(4).fill(false));
  assert.deepEqual([400, 429, 503].map((status) => answer(status, chunked)), Array(3).fill(true));
  assert.equal(answer(200, chunked), false);
  assert.equal(answer(400, { "content-length": "16384" }), false);
  assert.equal(answer(400, { "content-length": "16385" }), true);
  assert.equal(answer(200, { "content-length": "16385" }), false);
});

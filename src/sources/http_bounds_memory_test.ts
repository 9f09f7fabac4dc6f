import assert from "node:assert/strict";
import { HttpClient } from "./http_client.ts";
import { MAX_BODY_BYTES } from "./response_body.ts";
import { UpstreamError } from "./source.ts";
import { type Answer, OffsetClock, upstream } from "./testing.ts";

const JSON_HEADERS = { "content-type": "application/json" };
const CHUNK = new Uint8Array(256 * 1024).fill(0x20);

/** A body of blanks, that ends after so many bytes or never. */
function blanks(bytes: number, sent: { bytes: number }): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(CHUNK);
      sent.bytes += CHUNK.length;
      if (sent.bytes >= bytes) controller.close();
    },
  }, { highWaterMark: 0 });
}

/** Without the bound it would be a gigabyte and more. */
const MOST_GROWN = 250_000_000;

/** Asks an upstream once; answers the error, and how much memory that took at most. */
async function ask(answer: Answer) {
  await using server = upstream(answer);
  const http = new HttpClient({
    baseUrl: server.url,
    clock: new OffsetClock(),
    retry: { retries: 2, initialDelayMs: 1, maxDelayMs: 5 },
    timeoutMs: 20_000,
  });
  const before = Deno.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 5);
  try {
    await http.getJson("/x", [], new AbortController().signal);
  } catch (error) {
    assert(error instanceof UpstreamError, String(error));
    return { error, asked: server.requests.length, grown: most - before };
  } finally {
    clearInterval(timer);
  }
  throw new Error("It was taken");
}

Deno.test("HttpClient reads an endless body no further than its bound, once", async () => {
  const sent = { bytes: 0 };
  const { error, asked, grown } = await ask(() =>
    new Response(blanks(Infinity, sent), { headers: JSON_HEADERS })
  );
  assert.match(error.message, /longer than/);
  assert.equal(asked, 1);
  assert.ok(sent.bytes < 2 * MAX_BODY_BYTES, `${sent.bytes} bytes were sent`);
  assert.ok(grown < MOST_GROWN, `${grown} bytes of memory`);
});

Deno.test("HttpClient unpacks 1 GB in a small gzip no further than its bound", async () => {
  const sent = { bytes: 0 };
  const { error, grown } = await ask(() => {
    const packed = blanks(1_000_000_000, sent).pipeThrough(new CompressionStream("gzip"));
    return new Response(packed, { headers: { ...JSON_HEADERS, "content-encoding": "gzip" } });
  });
  assert.equal(error.errorClass, "malformed");
  assert.match(error.message, /longer than/);
  // A thousandth of it goes over the line, so more may be packed than is unpacked.
  assert.ok(grown < MOST_GROWN, `${grown} bytes of memory`);
});

Deno.test("HttpClient takes JSON of any JSON type and without one, and nothing else", async () => {
  for (const type of ["application/json; charset=utf-8", "application/problem+json", "text/json"]) {
    await using server = upstream(() => new Response("[]", { headers: { "content-type": type } }));
    const http = new HttpClient({ baseUrl: server.url, clock: new OffsetClock() });
    assert.deepEqual(await http.getJson("/x", [], new AbortController().signal), []);
  }
  for (const type of ["text/html", "text/plain", "image/png", "application/x-canary json"]) {
    const { error, asked } = await ask(() => {
      return new Response("[]", { headers: { "content-type": type } });
    });
    assert.equal(error.errorClass, "malformed");
    assert.equal(asked, 1);
    assert.ok(!error.message.includes("canary"), error.message);
  }
  await using bare = upstream(() => new Response(new Blob(["[]"]).stream()));
  const http = new HttpClient({ baseUrl: bare.url, clock: new OffsetClock() });
  assert.deepEqual(await http.getJson("/x", [], new AbortController().signal), []);
});

import assert from "node:assert/strict";
import { HttpClient, type HttpClientOptions } from "./http_client.ts";
import { MAX_BODY_BYTES } from "./response_body.ts";
import { UpstreamError, type UpstreamErrorClass } from "./source.ts";
import { type Answer, OffsetClock, upstream } from "./testing.ts";

const FAST = { retries: 2, initialDelayMs: 1, maxDelayMs: 5 };
const never = new AbortController().signal;

function client(baseUrl: string, options: Partial<HttpClientOptions> = {}): HttpClient {
  return new HttpClient({
    baseUrl,
    clock: new OffsetClock(),
    retry: FAST,
    timeoutMs: 2_000,
    ...options,
  });
}

/** The error that an upstream's answer becomes, and how often it was asked. */
async function failure(answer: Answer, options: Partial<HttpClientOptions> = {}) {
  await using server = upstream(answer);
  let error: unknown = null;
  try {
    await client(server.url, options).getJson("/x", [], never);
  } catch (caught) {
    error = caught;
  }
  assert(error instanceof UpstreamError, String(error));
  return { error, asked: server.requests.length };
}

Deno.test("HttpClient.getJson() appends the path to the base's, and repeats query names", async () => {
  await using server = upstream(() => Response.json({ n: 1.5 }));
  const http = client(`${server.url}/trade-api/v2/`);
  const query = [["group_by[]", "a"], ["group_by[]", "b"]] as const;
  assert.deepEqual(await http.getJson("/list", query, never), { n: "1.5" });
  const { url } = server.requests[0]!;
  assert.equal(url.pathname, "/trade-api/v2/list");
  assert.deepEqual(url.searchParams.getAll("group_by[]"), ["a", "b"]);
});

Deno.test("HttpClient.getJson() gives each status its class, and repeats only what may pass", async () => {
  const cases: [number, UpstreamErrorClass, number][] = [
    [400, "client_error", 1],
    [401, "unauthorized", 1],
    [403, "unauthorized", 1],
    [404, "client_error", 1],
    [302, "client_error", 1],
    [408, "timeout", 3],
    [429, "rate_limited", 3],
    [500, "server_error", 3],
    [529, "server_error", 3],
  ];
  for (const [status, errorClass, times] of cases) {
    const { error, asked } = await failure(() => new Response("<html>sorry</html>", { status }));
    assert.equal(error.errorClass, errorClass, String(status));
    assert.equal(error.facts.status, status);
    assert.equal(asked, times, String(status));
    assert(!error.message.includes("sorry"));
  }
});

Deno.test("HttpClient.getJson() does not follow a redirect with its credentials", async () => {
  await using other = upstream(() => Response.json({}));
  const { error } = await failure(() => Response.redirect(`${other.url}/steal`, 307), {
    headers: () => ({ "x-api-key": "secret" }),
  });
  assert.equal(error.errorClass, "client_error");
  assert.equal(other.requests.length, 0);
});

Deno.test("HttpClient.getJson() asks again with new headers, and takes the answer", async () => {
  let made = 0;
  await using server = upstream((_request, index) =>
    index < 2 ? new Response("", { status: 503 }) : Response.json({ ok: true })
  );
  const http = client(server.url, { headers: () => ({ "x-attempt": String(++made) }) });
  assert.deepEqual(await http.getJson("/x", [], never), { ok: true });
  assert.deepEqual(server.requests.map(({ headers }) => headers.get("x-attempt")), ["1", "2", "3"]);
});

Deno.test("HttpClient.getJson() waits as Retry-After asks, but no longer than its own bound", async () => {
  const answer: Answer = () =>
    new Response('{"error":"too many requests"}', { status: 429, headers: { "retry-after": "1" } });
  const started = performance.now();
  await failure(answer, { retry: { retries: 1, initialDelayMs: 1, maxDelayMs: 60_000 } });
  assert(performance.now() - started >= 950);
  const bounded = performance.now();
  await failure(answer, { retry: { retries: 1, initialDelayMs: 1, maxDelayMs: 20 } });
  assert(performance.now() - bounded < 800);
});

Deno.test("HttpClient.getJson() gives up an answer that does not come, or drips", async () => {
  const drip = () =>
    new Response(
      new ReadableStream({
        async start(controller) {
          for (let byte = 0; byte < 100; byte++) {
            try {
              controller.enqueue(new Uint8Array([32]));
            } catch {
              return;
            }
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          controller.close();
        },
      }),
    );
  const started = performance.now();
  const { error, asked } = await failure(drip, { timeoutMs: 150 });
  assert.equal(error.errorClass, "timeout");
  assert.equal(asked, 3);
  assert(performance.now() - started < 1_500);
});

Deno.test("HttpClient.getJson() names an upstream that is not there, not its address's secrets", async () => {
  const free = upstream(() => Response.json({}));
  await free[Symbol.asyncDispose]();
  const http = client(free.url);
  await assert.rejects(
    http.getJson("/x", [["token", "secret"]], never),
    (error) =>
      error instanceof UpstreamError && error.errorClass === "network" &&
      error.message.includes("/x") && !error.message.includes("secret"),
  );
});

Deno.test("HttpClient.getJson() refuses an answer that is no JSON, not UTF-8 or too long", async () => {
  const bodies = [
    "<html>",
    '{"a":',
    new Uint8Array([0x22, 0xff, 0xfe, 0x22]),
    `"${"a".repeat(MAX_BODY_BYTES)}"`,
  ];
  for (const body of bodies) {
    const answer = () => new Response(body, { headers: { "content-type": "application/json" } });
    const { error, asked } = await failure(answer, { timeoutMs: 10_000 });
    assert.equal(error.errorClass, "malformed");
    assert.equal(asked, 1);
  }
});

Deno.test("HttpClient.getJson() holds the upstream's Date against the clock, either way", async () => {
  for (
    const [skewMs, refused] of [[-240_000, false], [240_000, false], [-360_000, true], [
      360_000,
      true,
    ]] as const
  ) {
    await using server = upstream(() => Response.json({}));
    const clock = new OffsetClock();
    clock.offsetMs = skewMs;
    const http = client(server.url, { clock });
    const asked = http.getJson("/x", [], never);
    if (!refused) await asked;
    else await assert.rejects(asked, { errorClass: "clock_skew" });
    assert.equal(http.dateAgreedAt === null, refused);
  }
});

Deno.test("HttpClient.getJson() takes a refused timestamp for a wrong clock", async () => {
  const body = '{"error":{"code":"header_timestamp_expired","message":"header timestamp expired"}}';
  const { error, asked } = await failure(() => new Response(body, { status: 401 }));
  assert.equal(error.errorClass, "clock_skew");
  assert.equal(asked, 1);
});

Deno.test("HttpClient.getJson() ends at once when aborted, in a request and between two", async () => {
  const slow: Answer = () =>
    new Promise((resolve) => setTimeout(() => resolve(Response.json({})), 300));
  const busy: Answer = () => new Response("", { status: 503 });
  for (const answer of [slow, busy]) {
    await using server = upstream(answer);
    const controller = new AbortController();
    const http = client(server.url, {
      retry: { retries: 5, initialDelayMs: 60_000, maxDelayMs: 60_000 },
    });
    const asked = http.getJson("/x", [], controller.signal);
    setTimeout(() => controller.abort(new Error("stopped")), 50);
    const started = performance.now();
    await assert.rejects(asked, /stopped/);
    assert(performance.now() - started < 250);
  }
});

import assert from "node:assert/strict";
import { startTestServer, type TestServer } from "./test_server.ts";

const JSON_BODY = "Content-Type: application/json";
const CHUNKED = "Transfer-Encoding: chunked";
/** No test waits longer for the peer to end a connection. */
const MOST_MS = 15_000;

/** What came of a request whose body goes on. */
interface Outcome {
  readonly status: number;
  readonly said: string;
  /** The server ended the connection. */
  readonly ended: boolean;
  readonly tookMs: number;
  readonly sent: number;
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Sends a head, then a piece of a body again and again, until the server ends the connection. */
async function send(
  server: TestServer,
  head: readonly string[],
  { piece = "", everyMs = 20, most = Infinity } = {},
): Promise<Outcome> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.server.port });
  const from = performance.now();
  const encoder = new TextEncoder();
  let [said, ended, sent] = ["", false, 0];
  const reading = (async () => {
    const buffer = new Uint8Array(65_536);
    let read: number | null = 0;
    while (read !== null) {
      read = await connection.read(buffer).catch(() => null);
      said += new TextDecoder().decode(buffer.subarray(0, read ?? 0));
    }
    ended = true;
  })();
  await writeAll(connection, encoder.encode([...head, "Host: 127.0.0.1", "", ""].join("\r\n")));
  const bytes = encoder.encode(piece);
  try {
    while (!ended && performance.now() - from < MOST_MS) {
      if (sent < most) await writeAll(connection, bytes);
      sent += bytes.length;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      if (sent >= most && said.endsWith("}\n")) break;
    }
  } catch {
    ended = true;
  }
  const outcome = { status: Number(said.slice(9, 12)), ended, tookMs: performance.now() - from };
  connection.close();
  await reading.catch(() => {});
  return { ...outcome, said, sent };
}

Deno.test("a body that trickles is ended with 408 after 5 seconds, and so is its connection", async () => {
  await using server = await startTestServer();
  const head = ["POST /api/session HTTP/1.1", JSON_BODY, "Content-Length: 10000"];
  const { status, said, ended, tookMs } = await send(server, head, { piece: " ", everyMs: 100 });
  assert.equal(status, 408);
  assert.match(said, /urn:pnl-stream:problem:body-too-slow/);
  assert.ok(ended && tookMs >= 4_900 && tookMs < 10_000, `${ended}, ${tookMs} ms`);
});

Deno.test("a body without an end is refused with 413 on every route, and its connection ends", async () => {
  await using server = await startTestServer();
  const piece = `1000\r\n${"a".repeat(0x1000)}\r\n`;
  const routes = ["POST /api/session", "POST /api/tickets", "GET /api/pnl/current", "PUT /nowhere"];
  await Promise.all(routes.map(async (route) => {
    const head = [`${route} HTTP/1.1`, JSON_BODY, CHUNKED];
    const { status, said, ended, tookMs } = await send(server, head, { piece });
    assert.equal(status, 413, route);
    assert.match(said, /urn:pnl-stream:problem:body-too-large/);
    assert.ok(ended && tookMs < 8_000, `${route}: ${ended}, ${tookMs} ms`);
  }));
});

Deno.test("a body without an end ends its connection, whatever else the request is refused for", async () => {
  await using server = await startTestServer();
  const refused: readonly (readonly [number, ...string[]])[] = [
    [415, "POST /api/session HTTP/1.1", "Content-Type: text/plain"],
    [400, "POST /api/session?x=1 HTTP/1.1", JSON_BODY],
    [403, "POST /api/session HTTP/1.1", JSON_BODY, "Origin: https://foreign.example"],
  ];
  await Promise.all(refused.map(async ([expected, ...lines]) => {
    for (const piece of [`1000\r\n${"a".repeat(0x1000)}\r\n`, "1\r\na\r\n"]) {
      const { status, ended, tookMs } = await send(server, [...lines, CHUNKED], { piece });
      assert.equal(status, expected);
      assert.ok(ended && tookMs < 10_000, `${expected}: ${ended}, ${tookMs} ms`);
    }
  }));
});

Deno.test("who sends a body of unknown length that ends reads the whole refusal", async () => {
  await using server = await startTestServer();
  for (const type of ["text/plain", "application/json"]) {
    const response = await server.get("/api/session", {
      method: "POST",
      headers: { "content-type": type },
      body: new Blob(["no JSON"]).stream(),
    });
    assert.equal(response.status, type === "text/plain" ? 415 : 400);
    assert.match((await response.json()).type, /^urn:pnl-stream:problem:/);
  }
});

Deno.test("of a body of 300 MB a bounded part is read, whatever route it is sent to", async () => {
  await using server = await startTestServer();
  const piece = "a".repeat(1024 * 1024);
  for (const route of ["POST /api/session", "GET /livez", "DELETE /api/session"]) {
    const head = [`${route} HTTP/1.1`, JSON_BODY, "Content-Length: 314572800"];
    const { status, ended, sent } = await send(server, head, { piece });
    assert.equal(status, 413, route);
    assert.ok(ended && sent < 200 * 1024 * 1024, `${route}: ${ended} after ${sent} bytes`);
  }
});

Deno.test("who sends a body that is a little too long reads the whole answer", async () => {
  await using server = await startTestServer();
  for (const method of ["POST", "DELETE"]) {
    const response = await server.get("/api/session", { method, body: "a".repeat(100_000) });
    assert.equal(response.status, 413);
    assert.equal((await response.json()).type, "urn:pnl-stream:problem:body-too-large");
  }
});

Deno.test("an address of more than 8,192 characters is refused with 414, and one of 60,000 too", async () => {
  await using server = await startTestServer();
  for (const length of [8_200, 60_000]) {
    const response = await server.get(`/api/pnl/current?${"a".repeat(length)}`);
    assert.equal(response.status, 414);
    assert.equal((await response.json()).type, "urn:pnl-stream:problem:uri-too-long");
  }
  await (await server.get(`/api/pnl/current?${"a".repeat(8_000)}`)).body?.cancel();
});

Deno.test("the runtime itself takes 128 headers and a head of 65,540 bytes, and answers more with 400", async () => {
  await using server = await startTestServer();
  const ask = async (lines: readonly string[]) => {
    const { status } = await send(server, ["GET /livez HTTP/1.1", "Connection: close", ...lines]);
    return status;
  };
  const many = (count: number) => Array.from({ length: count }, (_, n) => `X-${n}: a`);
  assert.equal(await ask(many(126)), 200);
  assert.equal(await ask(many(127)), 400);
  assert.equal(await ask([`X-A: ${"a".repeat(65_000)}`]), 200);
  assert.equal(await ask([`X-A: ${"a".repeat(66_000)}`]), 400);
});

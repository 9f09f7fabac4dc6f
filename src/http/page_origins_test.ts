import assert from "node:assert/strict";
import { connect } from "node:http2";
import { plainRequest } from "./test_http_request.ts";
import { startTestServer, type TestServerOptions } from "./test_server.ts";
import { handshake, rawRequest, soon } from "./test_streams.ts";

const HOST = "pnl.example";
const [HTTP, HTTPS] = [`http://${HOST}`, `https://${HOST}`];

/** What a WebSocket's handshake is answered, by `Origin`. */
async function answers(
  options: TestServerOptions,
  headers: Record<string, string>,
): Promise<Record<string, number>> {
  // The name is let in by another origin of the same host.
  await using server = await startTestServer({ allowedOrigins: [`${HTTPS}:1`], ...options });
  const { port } = server.server;
  const open = async (origin: string) => {
    using peer = await rawRequest(port, handshake(port, { Origin: origin, ...headers }));
    const buffer = new Uint8Array(12);
    await soon(peer.read(buffer), "answer");
    return Number(new TextDecoder().decode(buffer).slice(9, 12));
  };
  return { [HTTP]: await open(HTTP), [HTTPS]: await open(HTTPS) };
}

const proxied = { trustedProxies: ["127.0.0.1"] };

Deno.test("pageOrigins() takes a page by the scheme that a trusted proxy says, and no other", async () => {
  const over = (proto: string) => ({ Host: HOST, "X-Forwarded-Proto": proto });
  assert.deepEqual(await answers(proxied, over("https")), { [HTTP]: 403, [HTTPS]: 101 });
  assert.deepEqual(await answers(proxied, over("http")), { [HTTP]: 101, [HTTPS]: 403 });
  assert.deepEqual(await answers({}, over("https")), { [HTTP]: 101, [HTTPS]: 403 }, "not trusted");
});

Deno.test("pageOrigins() takes the pages of the public address, whatever is between", async () => {
  const publicUrl = HTTPS;
  assert.deepEqual(await answers({ publicUrl }, { Host: HOST }), { [HTTP]: 403, [HTTPS]: 101 });
  const rewritten = { Host: "127.0.0.1" };
  assert.deepEqual(await answers({ publicUrl }, rewritten), { [HTTP]: 403, [HTTPS]: 101 });
  // TLS ends before the proxy that is heard, which was itself reached over http.
  const further = { Host: HOST, "X-Forwarded-Proto": "http" };
  const found = await answers({ ...proxied, publicUrl }, further);
  assert.deepEqual(found, { [HTTP]: 403, [HTTPS]: 101 });
});

Deno.test("pageOrigins() holds for what a page sends, and the refusal names what to set", async () => {
  await using server = await startTestServer({ publicUrl: HTTPS });
  const post = (origin: string) =>
    server.get("/api/tickets", { method: "POST", headers: { origin } });
  const own = await post(HTTPS);
  assert.notEqual(own.status, 403, await own.text());
  const foreign = await post("https://evil.example");
  assert.equal(foreign.status, 403);
  assert.match((await foreign.json()).detail, /PNL_ALLOWED_ORIGINS .*PNL_PUBLIC_URL/);
});

/** The name of the cookie that a request gets, by its `Host`. */
async function cookieOf(origin: string, host: string): Promise<string | undefined> {
  const asked = { method: "DELETE", path: "/api/session", headers: { host } };
  return (await plainRequest(origin, asked)).headers.get("set-cookie")?.split("=")[0];
}

Deno.test("isSecure() knows the public address with its port, without one, and with that of https", async () => {
  const secure = "__Host-pnl";
  for (const [port, others] of [["", [":443"]], [":8443", ["", ":8443"]]] as const) {
    await using server = await startTestServer({ publicUrl: `${HTTPS}${port}` });
    for (const each of ["", ...others]) {
      assert.equal(await cookieOf(server.origin, `PNL.example${each}`), secure, `${port} ${each}`);
    }
    assert.equal(await cookieOf(server.origin, `${HOST}:3000`), "pnl", "another port");
    assert.equal(await cookieOf(server.origin, "127.0.0.1"), "pnl", "another name");
  }
});

Deno.test("pageOrigins() holds the own page for that where Host says the port of https too", async () => {
  const headers = { Host: `${HOST}:443`, "X-Forwarded-Proto": "https" };
  assert.deepEqual(await answers(proxied, headers), { [HTTP]: 403, [HTTPS]: 101 });
});

/** The status of an answer over HTTP/2 to a page of some origin. */
async function overHttp2(server: string, origin: string): Promise<number> {
  const session = connect(server);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  session.on("error", reject);
  const stream = session.request({ ":method": "DELETE", ":path": "/api/session", origin });
  stream.on("error", reject);
  stream.on("response", (headers) => resolve(Number(headers[":status"])));
  stream.resume();
  stream.end();
  try {
    return await soon(promise, "answer");
  } finally {
    session.destroy();
  }
}

Deno.test("pageOrigins() knows the own page over HTTP/2, and over HTTP/1.0 without Host", async () => {
  await using server = await startTestServer();
  assert.equal(await overHttp2(server.origin, server.origin), 204);
  assert.equal(await overHttp2(server.origin, "http://evil.example"), 403);
  const old = async (origin: string) => {
    const lines = ["DELETE /api/session HTTP/1.0", `Origin: ${origin}`];
    using peer = await rawRequest(server.server.port, lines);
    const buffer = new Uint8Array(12);
    await soon(peer.read(buffer), "answer");
    return Number(new TextDecoder().decode(buffer).slice(9, 12));
  };
  // The runtime calls it so where nobody says a name.
  assert.equal(await old(`http://localhost:${server.server.port}`), 204);
  assert.equal(await old("http://evil.example"), 403);
});

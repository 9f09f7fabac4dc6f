import assert from "node:assert/strict";
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

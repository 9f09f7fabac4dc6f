import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { DashboardFiles, StaticFile } from "./dashboard_files.ts";
import { startTestServer, type TestServer } from "./test_server.ts";

const UTF8 = new TextEncoder();
const CODE = `console.log("${"figure ".repeat(300)}");`;

function staticFile(type: string, text: string): StaticFile {
  const identity = UTF8.encode(text);
  const gzip = new Uint8Array(gzipSync(identity));
  const br = new Uint8Array(brotliCompressSync(identity));
  return { type, tag: `tag${text.length}`, bodies: { identity, gzip, br } };
}

const FILES: DashboardFiles = {
  index: staticFile("text/html; charset=utf-8", "<!DOCTYPE html><title>P&L</title>"),
  assets: new Map([["main-1.js", staticFile("text/javascript; charset=utf-8", CODE)]]),
};

/** A request as it is, without what `fetch` makes of its answer. */
async function raw(server: TestServer, path: string, fields: Record<string, string> = {}) {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const host = new URL(server.origin).host;
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.server.port });
  const [method, target] = path.startsWith("HEAD ") ? ["HEAD", path.slice(5)] : ["GET", path];
  const named = "host" in fields ? "" : `host: ${host}\r\n`;
  const text = `${method} ${target} HTTP/1.1\r\n${named}connection: close\r\n${lines}\r\n`;
  await connection.write(UTF8.encode(text));
  const bytes = new Uint8Array(await new Response(connection.readable).arrayBuffer());
  const split = new TextDecoder("latin1").decode(bytes).indexOf("\r\n\r\n");
  const [first = "", ...rest] = new TextDecoder().decode(bytes.slice(0, split)).split("\r\n");
  const headers = new Headers(rest.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  }));
  return { status: Number(first.split(" ")[1]), headers, body: bytes.slice(split + 4) };
}

Deno.test("GET / serves the page under a policy that lets it load its own files and no others", async () => {
  await using server = await startTestServer({ dashboard: FILES });
  const { status, headers } = await raw(server, "/?utm_source=a&x=b");
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
  const policy = headers.get("content-security-policy") ?? "";
  const host = new URL(server.origin).host;
  for (
    const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      `connect-src 'self' ws://${host} wss://${host}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
    ]
  ) assert.ok(policy.split("; ").includes(part), `${part} in ${policy}`);
  assert.doesNotMatch(policy, /unsafe|\*/);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("referrer-policy"), "no-referrer");
  assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
  assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
  assert.equal(headers.get("cache-control"), "no-cache");
  assert.match(headers.get("permissions-policy") ?? "", /camera=\(\)/);
});

Deno.test("GET / puts no Host into its policy that is more than a host", async () => {
  // A server that others reach answers under whatever name they give it.
  await using server = await startTestServer({ dashboard: FILES, host: "0.0.0.0" });
  const policyFor = async (host: string) => {
    const { status, headers } = await raw(server, "/", { host });
    assert.equal(status, 200, host);
    return headers.get("content-security-policy") ?? "";
  };
  assert.match(
    await policyFor("pnl.example:8443"),
    /connect-src 'self' ws:\/\/pnl\.example:8443 wss:/,
  );
  for (const host of ["x;script-src", "*", "a,b", "a'b", "a b"]) {
    assert.match(await policyFor(host), /connect-src 'self';/, host);
  }
});

Deno.test("GET /assets/… answers in the smallest encoding that is accepted", async () => {
  await using server = await startTestServer({ dashboard: FILES });
  const cases = [
    ["gzip, deflate, br, zstd", "br"],
    ["gzip", "gzip"],
    ["br;q=0, gzip;q=0.5", "gzip"],
    ["*", "br"],
    ["deflate", null],
    ["identity", null],
    ["", null],
  ] as const;
  const decoders = { br: brotliDecompressSync, gzip: gunzipSync };
  for (const [accepted, encoding] of cases) {
    const answer = await raw(server, "/assets/main-1.js", { "accept-encoding": accepted });
    assert.equal(answer.headers.get("content-encoding"), encoding, accepted);
    const body = encoding === null ? answer.body : decoders[encoding](answer.body);
    assert.equal(new TextDecoder().decode(body), CODE, accepted);
    assert.equal(answer.headers.get("content-length"), String(answer.body.length));
    assert.match(answer.headers.get("vary") ?? "", /Accept-Encoding/);
  }
});

Deno.test("GET /assets/… is kept for ever, and asks for what is not there are refused", async () => {
  await using server = await startTestServer({ dashboard: FILES });
  const { headers } = await raw(server, "/assets/main-1.js");
  assert.equal(headers.get("cache-control"), "public, max-age=31536000, immutable");
  assert.equal(headers.get("content-type"), "text/javascript; charset=utf-8");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  for (const path of ["/assets/main-2.js", "/assets/..%2fdeno.json", "/assets/../deno.json"]) {
    assert.equal((await raw(server, path)).status, 404, path);
  }
  assert.equal((await raw(server, "/assets/main-1.js?v=2")).status, 400);
  assert.equal(
    (await server.get("/assets/main-1.js", { method: "POST" }).then(drained)).status,
    405,
  );
});

async function drained(response: Response): Promise<Response> {
  await response.body?.cancel();
  return response;
}

Deno.test("a client that has a file already gets 304, whatever it accepts", async () => {
  await using server = await startTestServer({ dashboard: FILES });
  for (const path of ["/", "/assets/main-1.js"]) {
    const tag = (await raw(server, path)).headers.get("etag") ?? "";
    assert.notEqual(tag, "", path);
    for (const accepted of ["br", "gzip", ""]) {
      const fields = { "if-none-match": tag, "accept-encoding": accepted };
      const { status, body, headers } = await raw(server, path, fields);
      assert.deepEqual([status, body.length, headers.get("etag")], [304, 0, tag], path);
    }
    assert.equal((await raw(server, path, { "if-none-match": '"other"' })).status, 200);
  }
});

Deno.test("HEAD says what GET would, without a body", async () => {
  await using server = await startTestServer({ dashboard: FILES });
  for (const path of ["/", "/assets/main-1.js"]) {
    const get = await raw(server, path, { "accept-encoding": "gzip" });
    const head = await raw(server, `HEAD ${path}`, { "accept-encoding": "gzip" });
    assert.equal(head.body.length, 0);
    for (
      const name of ["etag", "content-type", "content-encoding", "content-length", "cache-control"]
    ) {
      assert.equal(head.headers.get(name), get.headers.get(name), `${path} ${name}`);
    }
  }
});

Deno.test("GET / says what to do where the dashboard is not built; all else is served", async () => {
  await using server = await startTestServer();
  const { status, headers, body } = await raw(server, "/");
  assert.equal(status, 503);
  assert.match(headers.get("content-type") ?? "", /^text\/html/);
  const text = new TextDecoder().decode(body);
  assert.match(text, /deno task build/);
  for (const [, path = ""] of text.matchAll(/href="([^"]+)"/g)) {
    assert.equal((await drained(await server.get(`/${path}`))).status, 200, path);
  }
  assert.equal((await raw(server, "/assets/main-1.js")).status, 404);
});

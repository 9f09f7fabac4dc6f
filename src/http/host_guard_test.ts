import assert from "node:assert/strict";
import { HostGuard } from "./host_guard.ts";
import { startTestServer } from "./test_server.ts";
import { handshake, rawRequest, soon } from "./test_streams.ts";

function accepts(guard: HostGuard, host: string): boolean {
  return guard.accepts(new Request("http://127.0.0.1/", { headers: { host } }));
}

Deno.test("HostGuard takes names and addresses of the loopback, the server's own, and those of allowed origins", () => {
  const guard = new HostGuard("pnl.local", ["https://pnl.example", "http://a.example:81"]);
  const good = [
    ...["localhost", "LOCALHOST:3000", "127.0.0.1", "127.0.0.1:3000", "127.9.8.7", "[::1]:3000"],
    ...["pnl.local:3000", "pnl.example", "Pnl.Example:443", "a.example:81", "a.example"],
  ];
  const bad = [
    ...["evil.example", "evil.example:3000", "localhost.evil.example", "127.0.0.1.evil.example"],
    ...["", "10.0.0.1", "[::2]", "[::1].evil.example", "x@127.0.0.1", "127.0.0.1/", "localhost, x"],
    ...["0.0.0.0:3000", "sub.pnl.example", "evil.example#@localhost"],
  ];
  for (let round = 0; round < 2; round++) {
    for (const host of good) assert.equal(accepts(guard, host), true, host);
    for (const host of bad) assert.equal(accepts(guard, host), false, host);
  }
});

/** The status and the text of what comes back. */
async function ask(port: number, lines: readonly string[]): Promise<[number, string]> {
  const connection = await rawRequest(port, lines);
  const buffer = new Uint8Array(64 * 1024);
  const read = await soon(connection.read(buffer), "answer");
  connection.close();
  const text = new TextDecoder().decode(buffer.subarray(0, read ?? 0));
  return [Number(text.slice(9, 12)), text];
}

Deno.test("a server on the loopback answers 421 to a page whose name was bound to it, on /ws too", async () => {
  await using server = await startTestServer({ allowedOrigins: ["https://pnl.example"] });
  const { port } = server.server;
  const evil = { Host: `evil.example:${port}`, Origin: `http://evil.example:${port}` };
  const [status, text] = await ask(port, handshake(port, evil));
  assert.equal(status, 421);
  assert.match(text, /urn:pnl-stream:problem:misdirected-request/);
  assert.match(text, /Host \\"evil\.example:\d+\\" .*PNL_ALLOWED_ORIGINS/);
  assert.equal(server.hub.stats().accepted, 0);
  const get = async (host: string, path = "/api/pnl/current") =>
    (await ask(port, [`GET ${path} HTTP/1.1`, `Host: ${host}`]))[0];
  for (const path of ["/", "/health", "/api/events", "/api/pnl/stream", "/nope"]) {
    assert.equal(await get("evil.example", path), 421, path);
  }
  assert.equal(await get(`localhost:${port}`), 200);
  assert.equal(await get("pnl.example"), 200);
  const [old] = await ask(port, ["GET /livez HTTP/1.0"]);
  assert.equal(old, 200);
  assert.equal((await ask(port, handshake(port, { Host: `localhost:${port}` })))[0], 101);
});

Deno.test("a server that others reach takes any Host: a proxy may have another name", async () => {
  await using server = await startTestServer({ host: "0.0.0.0" });
  const [status] = await ask(server.server.port, ["GET /livez HTTP/1.1", "Host: pnl.example"]);
  assert.equal(status, 200);
});

Deno.test("a server on the loopback answers to the host of its public address, whatever its port", async () => {
  await using server = await startTestServer({ publicUrl: "https://pnl.example:8443" });
  const { port } = server.server;
  for (const host of ["pnl.example", "pnl.example:8443"]) {
    assert.equal((await ask(port, ["GET /livez HTTP/1.1", `Host: ${host}`]))[0], 200, host);
  }
  assert.equal((await ask(port, ["GET /livez HTTP/1.1", "Host: other.example"]))[0], 421);
});

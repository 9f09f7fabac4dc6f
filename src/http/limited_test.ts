import assert from "node:assert/strict";
import { textOf, withLogs } from "../log/test_logs.ts";
import { startTestServer } from "./test_server.ts";
import { rawRequest, soon } from "./test_streams.ts";

const BYTES = new TextEncoder().encode("1");
const FILE = {
  type: "text/javascript",
  tag: "a",
  bodies: { identity: BYTES, gzip: BYTES, br: BYTES },
};
const TIMES = 10;

Deno.test("the page's files are free: a first visit asks for many", async () => {
  await using server = await startTestServer({
    trustedProxies: ["127.0.0.0/8"],
    rates: { perAddress: 1, perKey: 0 },
    dashboard: { index: FILE, assets: new Map([["main.js", FILE]]) },
  });
  const headers = { "x-forwarded-for": "203.0.113.7" };
  for (let n = 0; n < TIMES; n++) {
    const response = await server.get("/assets/main.js", { headers });
    await response.body?.cancel();
    assert.equal(response.status, 200);
  }
});

Deno.test("a flood of what comes before any limit, or beyond it, makes no line in the log", async () => {
  await using server = await startTestServer({
    trustedProxies: ["127.0.0.0/8"],
    rates: { perAddress: 1, perKey: 0 },
  });
  await withLogs(async (records) => {
    const ask = async (host: string, status: number) => {
      const lines = ["GET /livez?x=1 HTTP/1.1", `Host: ${host}`, "X-Forwarded-For: 203.0.113.7"];
      const peer = await rawRequest(server.server.port, lines);
      const buffer = new Uint8Array(12);
      await soon(peer.read(buffer), "answer");
      peer.close();
      if (status !== 0) assert.equal(new TextDecoder().decode(buffer).slice(9), String(status));
    };
    for (let n = 0; n < TIMES; n++) await ask("evil.example", 421);
    assert.deepEqual(records.map(textOf), []);
    for (let n = 0; n < TIMES; n++) await ask("127.0.0.1", 0);
    const refused = records.filter(({ properties }) => properties["status"] === 400);
    assert.ok(refused.length < TIMES, `${refused.length} lines`);
  }, "info");
});

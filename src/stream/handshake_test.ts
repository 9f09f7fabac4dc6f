import assert from "node:assert/strict";
import { originAllowed, refuseHandshake } from "./handshake.ts";

const OWN = { own: "http://pnl.example:3000", allowed: [] };

const GOOD = {
  upgrade: "WebSocket",
  connection: "keep-alive, Upgrade",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  host: "pnl.example:3000",
};

Deno.test("refuseHandshake() takes version 13 with a good key, in any case of Upgrade", () => {
  assert.equal(refuseHandshake(new Headers(GOOD), OWN), null);
});

Deno.test("refuseHandshake() names what is wrong", () => {
  const refusal = (change: Record<string, string>) =>
    refuseHandshake(new Headers({ ...GOOD, ...change }), OWN);
  assert.equal(refusal({ upgrade: "h2c" }), "upgrade_required");
  assert.equal(refusal({ "sec-websocket-version": "7" }), "upgrade_required");
  assert.equal(refusal({ "sec-websocket-key": "short" }), "bad_key");
  for (const connection of ["", "close", "keep-alive", "upgraded", "no-upgrade"]) {
    assert.equal(refusal({ connection }), "bad_connection", connection);
  }
  for (const connection of ["upgrade", "UPGRADE", "keep-alive,Upgrade , x"]) {
    assert.equal(refusal({ connection }), null, connection);
  }
  assert.equal(refusal({ origin: "https://evil.example" }), "origin");
});

Deno.test("originAllowed() takes the server's own origin, those that are listed, and no page at all", () => {
  const allowed = (origin: string | null, list: string[] = [], own: string | null = OWN.own) => {
    const headers = new Headers(GOOD);
    if (origin !== null) headers.set("origin", origin);
    return originAllowed(headers, { own, allowed: list });
  };
  assert.equal(allowed(null), true);
  assert.equal(allowed("http://pnl.example:3000"), true);
  assert.equal(allowed("http://pnl.example:3000", [], null), false);
  assert.equal(allowed("https://pnl.example:3000"), false, "it was not reached so");
  assert.equal(allowed("http://pnl.example"), false);
  assert.equal(allowed("http://pnl.example:3001"), false);
  assert.equal(allowed("http://pnl.example:3000.evil.example"), false);
  assert.equal(allowed("null"), false);
  assert.equal(allowed("null", [], null), false);
  for (const no of ["http://evil.example@pnl.example:3000", "ftp://pnl.example:3000"]) {
    assert.equal(allowed(no), false, no);
  }
  assert.equal(allowed("http://pnl.example:3000/page"), false, "that is no origin");
  assert.equal(allowed("https://a.example", ["https://a.example"]), true);
  assert.equal(allowed("http://a.example", ["https://a.example"]), false);
});

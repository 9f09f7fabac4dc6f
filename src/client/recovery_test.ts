/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { startTestServer } from "../http/test_server.ts";
import { PnlClient } from "./pnl_client.ts";

/** A reader who sees the server come back waits no longer for the best line, milliseconds. */
const BACK_MS = 12_000;

Deno.test("PnlClient that a restart has left polling is on a stream again within seconds", async () => {
  await using server = await startTestServer();
  await server.windows(1);
  let away = true;
  class Gate extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(away ? "ws://127.0.0.1:1/" : url, protocols);
    }
  }
  const { fetch } = globalThis;
  const client = new PnlClient({
    url: new URL(server.origin),
    WebSocket: Gate,
    fetch: (input, init) =>
      away && String(input).includes("/stream")
        ? Promise.reject(new TypeError("The server is away"))
        : fetch(input, init),
  });
  let since = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const tooLate = setTimeout(() => reject(new Error(`Still ${client.state.transport}`)), 40_000);
  client.subscribe(() => {
    const { transport } = client.state;
    if (transport === "polling" && away) {
      away = false;
      since = performance.now();
    }
    if (transport === "websocket") resolve();
  });
  client.start();
  await promise.finally(() => {
    clearTimeout(tooLate);
    client.stop();
  });
  assert.ok(performance.now() - since < BACK_MS, `${performance.now() - since} ms`);
});

import assert from "node:assert/strict";
import schema from "@asyncapi/specs/schemas/3.0.0.json" with { type: "json" };
import { Ajv } from "ajv";
import { BadFrameError, CLOSE, readClientFrame } from "../stream/protocol.ts";
import { AsyncApiCheck } from "./test_asyncapi.ts";
import { startTestServer, type TestServer } from "./test_server.ts";
import { type ServerFrame, SseClient, WebSocketClient } from "./test_streams.ts";

const BEYOND = `${"0".repeat(16)}:4`;

Deno.test("GET /asyncapi.json holds to the schema of AsyncAPI 3", async () => {
  await using server = await startTestServer();
  const { document } = await AsyncApiCheck.of(server.get);
  const ajv = new Ajv({
    meta: false,
    strict: false,
    validateFormats: false,
    validateSchema: false,
  });
  const holds = ajv.compile(schema);
  const isValid = holds(document);
  assert.ok(isValid, JSON.stringify(holds.errors ?? null).slice(0, 2_000));
  const addresses = Object.values(document.channels).map(({ address }) => address);
  const redis = ["{prefix}events", "{prefix}snapshots"];
  assert.deepEqual(addresses, ["/ws", "/api/pnl/stream", "/api/events/stream", ...redis]);
  const codes = document.channels.ws?.["x-close-codes"]?.map(({ code }) => code);
  assert.deepEqual(codes, Object.values(CLOSE));
  const pointers = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)];
  assert.ok(pointers.length > 30);
  for (const [, path = ""] of pointers) assert.ok(pointed(document, path), path);
});

/** What a pointer leads to. */
function pointed(document: unknown, path: string): unknown {
  return path.split("/").reduce((at, name) => Reflect.get(Object(at), name), document);
}

/** The name of a frame in the document. */
function nameOf({ type, channel }: ServerFrame): string {
  return type === "reset" && channel === "events" ? "eventReset" : type;
}

/** Reads frames, each held to its shape, until all of these were among them. */
async function frames(check: AsyncApiCheck, client: WebSocketClient, wanted: string[]) {
  const missing = new Set(wanted);
  for (let read = 0; missing.size > 0; read++) {
    assert.ok(read < 100, `No ${[...missing]}`);
    const frame = await client.next();
    check.message("ws", nameOf(frame), frame);
    missing.delete(nameOf(frame));
  }
}

async function onWebSocket(check: AsyncApiCheck, server: TestServer): Promise<void> {
  const client = new WebSocketClient(`${server.origin}/ws`, ["pnl.v1"]);
  await frames(check, client, ["hello"]);
  client.send({ type: "subscribe", channels: ["pnl"], since: BEYOND });
  await frames(check, client, ["reset", "snapshot"]);
  client.send({ type: "subscribe", channels: ["events", "sources"], after: 1 });
  await frames(check, client, ["subscribed", "event", "sources"]);
  client.send({ type: "subscribe", channels: ["events"], after: 99_999 });
  await frames(check, client, ["eventReset"]);
  client.send({ type: "ping" });
  await frames(check, client, ["pong"]);
  client.send({ type: "ack", pos: BEYOND });
  await frames(check, client, ["error"]);
  client.send({ type: "nonsense" });
  await frames(check, client, ["error"]);
  const { code } = await client.closed;
  assert.equal(code, 4400);
}

async function onEventStream(check: AsyncApiCheck, server: TestServer): Promise<void> {
  for (
    const [channel, path, data] of [
      ["snapshotStream", `/api/pnl/stream?lastEventId=${BEYOND}`, "snapshot"],
      ["eventStream", "/api/events/stream?after=99999", "event"],
    ] as const
  ) {
    const client = new SseClient(await server.get(path));
    for (const name of ["reset", data]) {
      if (name === "event") await server.collect("77");
      const { event, id, data } = await client.nextData();
      assert.equal(event, name);
      check.message(channel, name, JSON.parse(data), {
        event,
        ...(id === undefined ? {} : { id }),
      });
    }
    await client.close();
  }
}

Deno.test("every message that the server sends is documented, and as documented", async () => {
  await using server = await startTestServer();
  await server.windows(3);
  const check = await AsyncApiCheck.of(server.get);
  await onWebSocket(check, server);
  await onEventStream(check, server);
  const fromClients = ["subscribe", "unsubscribe", "ack", "ping"].map((name) => `ws ${name}`);
  for (const channel of ["ws", "snapshotStream", "eventStream"]) {
    const missing = check.messagesOf(channel)
      .filter((each) => !check.seen.has(each) && !fromClients.includes(each));
    assert.deepEqual(missing, []);
  }
});

Deno.test("what a client may send is what the server takes", async () => {
  await using server = await startTestServer();
  const check = await AsyncApiCheck.of(server.get);
  const sent: readonly (readonly [string, object])[] = [
    ["subscribe", { channels: ["pnl"], since: BEYOND }],
    ["subscribe", { channels: ["events"], after: 1, filter: { source: "/kalshi" } }],
    ["subscribe", { channels: ["events"], filter: { source: "/nowhere" } }],
    ["subscribe", { channels: [] }],
    ["subscribe", { channels: ["pnl"], since: "x".repeat(201) }],
    ["subscribe", { channels: ["pnl"], after: -1 }],
    ["unsubscribe", { channels: ["sources"] }],
    ["unsubscribe", {}],
    ["ack", { pos: BEYOND }],
    ["ack", { position: 1 }],
    ["ack", { position: "1" }],
    ["ack", {}],
    ["ack", { pos: BEYOND, position: 1 }],
    ["ping", {}],
    ["ping", { more: true }],
  ];
  const taken = (frame: object) => {
    try {
      readClientFrame(JSON.stringify(frame));
      return true;
    } catch (error) {
      assert.ok(error instanceof BadFrameError);
      return false;
    }
  };
  for (const [type, members] of sent) {
    const frame = { type, ...members };
    assert.equal(check.accepts("ws", type, frame), taken(frame), JSON.stringify(frame));
  }
});

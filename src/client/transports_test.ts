import assert from "node:assert/strict";
import { startTestServer } from "../http/test_server.ts";
import { soon, until } from "../http/test_streams.ts";
import { Gate } from "../../tests/gate.ts";
import type { DeliveredSnapshot } from "./delivered.ts";
import { PLATFORM_CLOCK } from "./stopwatch.ts";
import type { Ending, Line, Receiver, TransportName } from "./transport.ts";
import { baseOf, makeTransports } from "./transports.ts";

const NAMES: readonly TransportName[] = ["websocket", "sse", "polling"];

/** Writes down what a line tells. */
class Recorder implements Receiver {
  readonly told: string[] = [];
  readonly snapshots: DeliveredSnapshot[] = [];
  readonly intervals: number[] = [];
  signs = 0;
  readonly ending: Promise<Ending>;
  readonly #end: (ending: Ending) => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.ending = promise;
    this.#end = resolve;
  }

  heard(intervalMs?: number): void {
    this.signs += 1;
    if (intervalMs !== undefined) this.intervals.push(intervalMs);
  }

  snapshot(data: DeliveredSnapshot): void {
    this.snapshots.push(data);
    this.told.push(data.served.pos);
  }

  reset(reason: string): void {
    this.told.push(`reset ${reason}`);
  }

  ended(ending: Ending): void {
    this.told.push(`ended ${ending.kind} ${ending.code}`);
    this.#end(ending);
  }
}

/** The tiers answer with what was last published, which is up to 50 ms behind the projection. */
const PUBLISHED_MS = 100;
const published = () => new Promise((resolve) => setTimeout(resolve, PUBLISHED_MS));

/** Opens a line, and what it tells. */
function open(name: TransportName, origin: string, since: string | null = null) {
  const [transport] = makeTransports(baseOf(origin), { transports: [name] }, PLATFORM_CLOCK);
  assert.ok(transport !== undefined);
  const told = new Recorder();
  const line: Line = transport.open(since, told);
  assert.deepEqual(told.told, [], "nothing is told before open() has returned");
  return { transport, line, told };
}

for (const name of NAMES) {
  Deno.test(`${name} brings the current snapshot at once, and then what is new`, async () => {
    await using server = await startTestServer();
    await server.collect("1");
    const { line, told } = open(name, server.origin);
    await until(() => told.snapshots.length === 1, "first");
    const { epoch } = server.projector;
    assert.equal(told.told[0], `${epoch}:${server.projector.current()?.offset}`);
    const { served, ...snapshot } = told.snapshots[0]!;
    assert.equal(JSON.stringify(snapshot), server.projector.current()?.json);
    assert.equal(served.from, "memory");
    await server.collect("2");
    await published();
    line.poke();
    await until(() => told.snapshots.length === 2, "second");
    assert.equal(told.snapshots[1]?.metrics.totalRevenue, "2.00");
    line.close();
  });

  Deno.test(`${name} goes on from a position`, async () => {
    await using server = await startTestServer();
    await server.windows(8);
    await published();
    const { epoch } = server.projector;
    const finals = server.projector.finalsAfter(0, 100).map(({ offset }) => offset);
    const { line, told, transport } = open(name, server.origin, `${epoch}:${finals[3]}`);
    const missed = transport.whole ? finals.slice(4) : [];
    const expected = [...missed, server.projector.current()?.offset];
    await until(() => told.told.length === expected.length, "all");
    assert.deepEqual(told.told, expected.map((offset) => `${epoch}:${offset}`));
    line.close();
  });

  Deno.test(`${name} says where a gap cannot be filled, or brings the other epoch`, async () => {
    await using server = await startTestServer();
    await server.windows(2);
    await published();
    const current = `${server.projector.epoch}:${server.projector.current()?.offset}`;
    for (const [since, reason] of [[`${"f".repeat(16)}:2`, "epoch"], ["garbage", "invalid"]]) {
      const { line, told, transport } = open(name, server.origin, since);
      await until(() => told.snapshots.length === 1, "current");
      assert.deepEqual(told.told, transport.whole ? [`reset ${reason}`, current] : [current]);
      line.close();
    }
  });

  Deno.test(`${name} tells nothing after close(), and the server lets it go`, async () => {
    await using server = await startTestServer();
    await server.collect("1");
    const { line, told } = open(name, server.origin);
    await until(() => told.snapshots.length === 1, "first");
    line.close();
    await server.collect("2");
    await until(() => {
      const { websocket, sse } = server.hub.stats().connections;
      return websocket + sse === 0;
    }, "gone");
    assert.equal(told.told.length, 1);
    open(name, server.origin).line.close();
  });

  Deno.test(`${name} says once that the server is gone, or was never there`, async () => {
    const server = await startTestServer();
    using gate = new Gate(server.server.port);
    const { line, told } = open(name, gate.origin);
    await until(() => told.snapshots.length === 1, "first");
    gate.target = null;
    gate.cut();
    line.poke();
    assert.equal((await soon(told.ending, "ending")).kind, "lost");
    const second = open(name, gate.origin).told;
    assert.equal((await soon(second.ending, "ending")).kind, "lost");
    await server[Symbol.asyncDispose]();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual([told.told.length, second.told.length], [2, 1]);
  });
}

Deno.test("websocket and sse pass on when the server wants them back", async () => {
  const server = await startTestServer({ hub: { random: () => 0.25 } });
  const lines = (["websocket", "sse"] as const).map((name) => open(name, server.origin));
  for (const { told } of lines) await until(() => told.snapshots.length === 1, "first");
  await server[Symbol.asyncDispose]();
  const endings = await Promise.all(lines.map(({ told }) => soon(told.ending, "ending")));
  assert.deepEqual(
    endings.map(({ kind, retryMs }) => [kind, retryMs]),
    [["sent_away", 2_250], ["lost", 2_250]],
  );
});

Deno.test("websocket and sse know a full server from a broken one", async () => {
  await using server = await startTestServer({ hub: { maxConnections: 0, random: () => 0.5 } });
  const socket = await soon(open("websocket", server.origin).told.ending, "ending");
  assert.deepEqual([socket.kind, socket.code, socket.retryMs], ["sent_away", "closed_4429", 3_500]);
  const stream = await soon(open("sse", server.origin).told.ending, "ending");
  assert.deepEqual([stream.kind, stream.code, stream.retryMs], ["sent_away", "http_503", 4_000]);
  assert.match(stream.message, /No more streams/);
});

Deno.test("websocket learns the interval, acknowledges and answers a poke", async () => {
  await using server = await startTestServer({ hub: { intervalMs: 12_345 } });
  await server.windows(400);
  const { line, told } = open("websocket", server.origin, `${server.projector.epoch}:1`);
  await until(() => told.snapshots.length > 390, "the gap");
  assert.deepEqual(told.intervals, [12_345]);
  // Each snapshot acknowledged by itself would have been too many frames for the server.
  const before = told.signs;
  line.poke();
  await until(() => told.signs > before, "pong");
  line.close();
});

/** The same answer, with a window of another length: it is what polling takes for the interval. */
async function withWindowOf(ms: number, response: Response): Promise<Response> {
  const snapshot = await response.json();
  snapshot.window.start = new Date(Date.parse(snapshot.window.end) - ms).toISOString();
  return new Response(JSON.stringify(snapshot), { headers: response.headers });
}

Deno.test("polling asks with the entity tag, and in full now and then", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const asked: (string | null)[] = [];
  const answers: number[] = [];
  const [transport] = makeTransports(baseOf(server.origin), {
    transports: ["polling"],
    fetch: async (input, init) => {
      asked.push(new Headers(init.headers).get("if-none-match"));
      const response = await fetch(input, init);
      answers.push(response.status);
      return response.status === 200 ? await withWindowOf(100, response) : response;
    },
    headers: () => Promise.resolve({ "x-request-id": "mine" }),
  }, PLATFORM_CLOCK);
  const told = new Recorder();
  const line = transport!.open(null, told);
  await until(() => told.snapshots.length === 1, "first");
  const etag = `W/"${told.told[0]}"`;
  await until(() => told.snapshots.length === 2, "in full");
  assert.deepEqual(asked, [null, etag, etag, null]);
  assert.deepEqual(answers, [200, 304, 304, 200]);
  line.close();
});

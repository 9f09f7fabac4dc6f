import assert from "node:assert/strict";
import { startTestServer, type TestServer } from "../src/http/test_server.ts";
import { until } from "./server_process.ts";
import { positionOf } from "../src/dashboard/events/catalogue.ts";
import { EventTail, type TailOptions } from "../src/dashboard/events/event_tail.ts";

/** What a tail has told. */
interface Told {
  readonly positions: number[];
  readonly statuses: string[];
  resets: number;
}

/** A tail of a server; `ask` may be another than to fetch. */
function follow(server: TestServer, options: Partial<TailOptions> = {}) {
  const told: Told = { positions: [], statuses: [], resets: 0 };
  const tail = new EventTail({
    query: "",
    after: 0,
    ask: (path, init) => server.get(`/${path}`, init),
    firstMs: 20,
    sink: {
      event: (event) => told.positions.push(positionOf(event)),
      status: (status) => told.statuses.push(status),
      reset: () => told.resets += 1,
    },
    ...options,
  });
  return { told, tail, running: tail.start() };
}

/** Waits until a tail has brought so many events. */
function has(told: Told, count: number): Promise<number> {
  return until(() => Promise.resolve(told.positions.length), (found) => found >= count, 10_000);
}

Deno.test("EventTail brings what is appended, in order, after the position that was seen", async () => {
  await using server = await startTestServer();
  await server.collect("1", "2", "3");
  const { told, tail, running } = follow(server, { after: 2 });
  await has(told, server.log.head().position - 2);
  await server.collect("4");
  const head = server.log.head().position;
  await has(told, head - 2);
  assert.deepEqual(told.positions, Array.from({ length: head - 2 }, (_, n) => n + 3));
  assert.deepEqual(told.statuses, ["connecting", "following"]);
  tail.stop();
  await running;
});

Deno.test("EventTail goes on where a stream ended, and brings nothing twice", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const cuts: AbortController[] = [];
  const { told, tail, running } = follow(server, {
    ask: (path, init) => {
      const cut = new AbortController();
      cuts.push(cut);
      const signal = AbortSignal.any([init.signal!, cut.signal]);
      return server.get(`/${path}`, { ...init, signal });
    },
  });
  const head = server.log.head().position;
  await has(told, head);
  cuts[0]?.abort();
  await server.collect("2");
  await has(told, head + 1);
  assert.deepEqual(told.positions, Array.from({ length: head + 1 }, (_, n) => n + 1));
  assert.deepEqual(told.statuses, ["connecting", "following", "broken", "following"]);
  tail.stop();
  await running;
});

Deno.test("EventTail gives a silent stream up, and says that another log cannot be gone on from", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const { told, tail, running } = follow(server, { after: 999, silentMs: 150 });
  await until(() => Promise.resolve(told.statuses), (all) => all.includes("broken"), 10_000);
  assert.equal(told.resets, 1);
  await until(() => Promise.resolve(told.statuses.at(-1)), (last) => last === "following", 10_000);
  assert.equal(told.resets, 1, "the end of the log was told, and is gone on from");
  tail.stop();
  await running;
});

Deno.test("EventTail ends where the server does not want it, and tries again where it is not there", async () => {
  await using server = await startTestServer();
  const refusal = Object.assign(new Error("No"), { status: 403, code: "forbidden" });
  const refused = follow(server, { ask: () => Promise.reject(refusal) });
  await refused.running;
  assert.deepEqual(refused.told.statuses, ["connecting", "refused"]);
  let asked = 0;
  const away = follow(server, {
    ask: () => {
      asked += 1;
      return Promise.reject(Object.assign(new Error("No"), { status: null, code: "offline" }));
    },
  });
  await until(() => Promise.resolve(asked), (count) => count >= 3, 10_000);
  away.tail.stop();
  await away.running;
  assert.ok(!away.told.statuses.includes("refused"));
});

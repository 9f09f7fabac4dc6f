import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { configure, getLogger, type LogRecord, reset } from "@logtape/logtape";
import { RequestMeter } from "./request_meter.ts";
import { traceOf } from "./request_trace.ts";

/** Every record while `work` runs, with the context of requests. */
async function recorded(work: () => Promise<void>, lowestLevel: "debug" | "info") {
  const records: LogRecord[] = [];
  await configure({
    contextLocalStorage: new AsyncLocalStorage(),
    sinks: { memory: (record) => void records.push(record) },
    loggers: [
      { category: "pnl", sinks: ["memory"], lowestLevel },
      { category: ["logtape", "meta"], lowestLevel: "fatal" },
    ],
  });
  try {
    await work();
  } finally {
    await reset();
  }
  return records;
}

const request = (id: string) =>
  new Request("http://a.test/api/events/7?ticket=canary", { headers: { "x-request-id": id } });

Deno.test("RequestMeter.measure() gives what is logged meanwhile the request's context", async () => {
  const meter = new RequestMeter();
  const answer = (id: string, ms: number) => {
    const asked = request(id);
    return meter.measure(asked, async () => {
      traceOf(asked).route = "/api/events/:position";
      await new Promise((resolve) => setTimeout(resolve, ms));
      getLogger(["pnl", "test"]).info("inside");
      return new Response("", { status: 404 });
    });
  };
  const records = await recorded(async () => {
    await Promise.all([answer("a", 20), answer("b", 1)]);
  }, "debug");
  const inside = records.filter(({ rawMessage }) => rawMessage === "inside");
  assert.deepEqual(inside.map(({ properties }) => properties), [
    { requestId: "b", method: "GET", path: "/api/events/7" },
    { requestId: "a", method: "GET", path: "/api/events/7" },
  ]);
  const answered = records.find(({ properties }) => properties.status === 404);
  const { route, requestId, ms } = answered?.properties ?? {};
  assert.deepEqual([route, requestId, answered?.level], ["/api/events/:position", "b", "debug"]);
  assert.ok(typeof ms === "number" && ms >= 0);
  assert.ok(!JSON.stringify(records).includes("canary"));
});

Deno.test("RequestMeter.measure() says nothing of each request above debug, and counts it", async () => {
  const meter = new RequestMeter();
  const records = await recorded(async () => {
    await meter.measure(request("a"), () => new Response(""));
  }, "info");
  assert.deepEqual(records, []);
  assert.deepEqual(meter.counts(), [[{ route: "none", method: "GET", status: "200" }, 1]]);
});

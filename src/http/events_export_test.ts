import assert from "node:assert/strict";
import { csvHeader, csvLine } from "../log/event_csv.ts";
import type { Candidate } from "../pnl/event.ts";
import { startTestServer, type TestServer, totals } from "./test_server.ts";
import { until } from "./test_streams.ts";

/** A correction with a reason of one's choosing. */
function adjustment(id: string, reason: string, nowMs: number): Candidate {
  return {
    kind: "fact",
    source: "/operator",
    id,
    type: "pnl.adjustment.recorded.v1",
    subject: "kalshi",
    time: new Date(nowMs).toISOString(),
    data: { amount: "-1.50", component: "kalshi", reason, who: "ann" },
  };
}

/** A server whose log holds corrections besides the day's start. */
async function withAdjustments(count: number, reason = "typo"): Promise<TestServer> {
  const server = await startTestServer();
  for (let at = 0; at < count; at += 1_000) {
    server.log.append(
      Array.from(
        { length: Math.min(1_000, count - at) },
        (_, i) => adjustment(`a-${at + i}`, reason, server.clock.now()),
      ),
    );
  }
  return server;
}

Deno.test("GET /api/events?format=ndjson is a file of all lines as stored, whatever is accepted", async () => {
  await using server = await withAdjustments(700);
  const response = await server.get("/api/events?format=ndjson", {
    headers: { accept: "text/html" },
  });
  assert.equal(response.headers.get("content-type"), "application/x-ndjson");
  assert.equal(
    response.headers.get("content-disposition"),
    'attachment; filename="pnl-events-to-701.ndjson"',
  );
  const stored = server.log.read({ limit: 1_000 }).map(({ line }) => `${line}\n`);
  assert.equal(await response.text(), stored.join(""));
  const newest = await server.get("/api/events?format=ndjson&order=desc");
  assert.equal(await newest.text(), stored.reverse().join(""));
  const some = await server.get("/api/events?format=ndjson&source=/operator&before=9&limit=3");
  assert.equal(
    some.headers.get("content-disposition"),
    'attachment; filename="pnl-events-operator-to-8.ndjson"',
  );
  assert.equal((await some.text()).split("\n").length, 4);
});

Deno.test("GET /api/events?format=csv is the table that the export writes, guarded against formulas", async () => {
  await using server = await withAdjustments(600, '=HYPERLINK("http://x";"a, b")');
  const response = await server.get("/api/events?format=csv&source=/operator");
  assert.equal(response.headers.get("content-type"), "text/csv; charset=utf-8; header=present");
  assert.equal(
    response.headers.get("content-disposition"),
    'attachment; filename="pnl-events-operator-to-601.csv"',
  );
  const text = await response.text();
  const lines = server.log.read({ source: "/operator", limit: 1_000 });
  assert.equal(text, csvHeader() + lines.map(csvLine).join(""));
  assert.ok(text.includes(`"'=HYPERLINK(""http://x"";""a, b"")"`));
  const accepted = await server.get("/api/events?source=/operator", {
    headers: { accept: "text/csv" },
  });
  assert.equal(accepted.headers.get("content-disposition"), null);
  assert.equal(await accepted.text(), text);
});

Deno.test("GET /api/events?format finds what lies far apart, in both orders, and what is ahead of its time", async () => {
  await using server = await startTestServer();
  const { log, clock } = server;
  // Each lies exactly where the reader, which goes on 5,000 positions at a time, begins anew.
  const far = (n: number) => {
    const between = Array.from({ length: 4_999 }, (_, i) => totals(`${n}${i}`, clock.now()));
    log.append(between);
  };
  log.append([adjustment("first", "x", clock.now())]);
  far(1);
  log.append([adjustment("second", "x", clock.now())]);
  far(2);
  const ahead = clock.now() + 4 * 60_000;
  log.append([adjustment("third", "x", ahead)]);
  const ids = async (query: string) => {
    const text = await (await server.get(`/api/events?format=ndjson&${query}`)).text();
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line).id);
  };
  assert.deepEqual(await ids("source=/operator"), ["first", "second", "third"]);
  assert.deepEqual(await ids("source=/operator&order=desc"), ["third", "second", "first"]);
  assert.deepEqual(await ids("source=/operator&order=desc&limit=2"), ["third", "second"]);
  assert.deepEqual(await ids("source=/operator&after=1"), ["first", "second", "third"]);
  assert.deepEqual(await ids("source=/operator&after=2&before=10002"), ["second"]);
  const all = log.extent({ source: "/revenue", limit: 10_000 }).count;
  for (const order of ["asc", "desc"]) {
    assert.equal(new Set(await ids(`source=/revenue&order=${order}`)).size, all, order);
  }
  const from = new Date(ahead - 60_000).toISOString();
  clock.step(10 * 60_000);
  log.append([totals("9", clock.now())]);
  assert.deepEqual(await ids(`from=${from}&source=/operator`), ["third"]);
});

Deno.test("GET /api/events?format of nothing is a header alone, or an empty file", async () => {
  await using server = await withAdjustments(1);
  const get = async (query: string) => (await server.get(`/api/events?${query}`)).text();
  assert.equal(await get("format=csv&source=/kalshi"), csvHeader());
  assert.equal(await get("format=ndjson&source=/kalshi"), "");
  assert.equal(await get("format=ndjson&before=1"), "");
  assert.equal(await get("format=ndjson&after=99&order=desc"), "");
  const head = await server.get("/api/events?format=csv", { method: "HEAD" });
  assert.match(head.headers.get("content-disposition") ?? "", /\.csv"$/);
});

Deno.test("GET /api/events?format says in the file's name that it is of the sandbox", async () => {
  await using server = await startTestServer({ mode: "sandbox" });
  const response = await server.get("/api/events?format=csv");
  await response.body?.cancel();
  assert.match(response.headers.get("content-disposition") ?? "", /"pnl-events-sandbox-to-0\.csv"/);
});

Deno.test("GET /api/events?format ends its reading when the client leaves", async () => {
  await using server = await withAdjustments(20_000, "x".repeat(400));
  let read = 0;
  const { log } = server;
  await until(() => server.projector.position === 20_001, "folded");
  const counted = log.read.bind(log);
  log.read = (options) => {
    const lines = counted(options);
    read += lines.length;
    return lines;
  };
  const leaving = new AbortController();
  const response = await server.get("/api/events?format=csv", { signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();
  for (let last = -1, rounds = 0; last !== read && rounds < 50; rounds++) {
    last = read;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  assert.ok(read > 0 && read < 20_000, `${read} of 20,001 lines read`);
});

import assert from "node:assert/strict";
import { workingSource } from "./test_server.ts";
import { startTestServer, TestClock, type TestServer } from "./test_server.ts";
import { PollMeter } from "../sources/poll_meter.ts";

const SAMPLE = /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+)\})? (-?[0-9.e+-]+|NaN|\+Inf)$/;

/** Reads the exposition format; throws where a line is none of it. */
function parse(text: string): Map<string, number> {
  const series = new Map<string, number>();
  const types = new Map<string, string>();
  let family = "";
  for (const line of text.trimEnd().split("\n")) {
    const help = /^# HELP ([a-z_]+) \S.*$/.exec(line);
    const type = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line);
    if (help !== null) {
      family = help[1]!;
      assert.ok(!types.has(family), `${family} twice`);
      continue;
    }
    if (type !== null) {
      assert.equal(type[1], family);
      types.set(family, type[2]!);
      continue;
    }
    const sample = SAMPLE.exec(line);
    assert.ok(sample !== null, `no sample: ${line}`);
    const plain = sample[1]!.replace(/_(bucket|sum|count)$/, "");
    assert.equal(types.get(family) === "histogram" ? plain : sample[1], family, line);
    const key = line.slice(0, line.lastIndexOf(" "));
    assert.ok(!series.has(key), `${key} twice`);
    series.set(key, Number(sample[3]));
  }
  return series;
}

async function scrape(server: TestServer): Promise<Map<string, number>> {
  const response = await server.get("/metrics");
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  return parse(await response.text());
}

Deno.test("GET /metrics is well-formed, with names of ours and base units", async () => {
  await using server = await startTestServer();
  await server.windows(2);
  const names = new Set([...(await scrape(server)).keys()].map((key) => key.split("{")[0]!));
  assert.ok(names.size > 40);
  for (const name of names) {
    assert.match(name, /^pnl_/);
    assert.doesNotMatch(name, /_(ms|millis|milliseconds|minutes|kb|mb)(_|$)/);
  }
});

Deno.test("GET /metrics counts events, windows, reads and requests", async () => {
  await using server = await startTestServer();
  await server.windows(3);
  await (await server.get("/api/pnl/current")).body?.cancel();
  await (await server.get("/nope")).body?.cancel();
  const seen = await scrape(server);
  const totals = 'source="/revenue",type="pnl.revenue.totals.observed.v1"';
  assert.equal(seen.get(`pnl_log_events_total{${totals}}`), 3);
  assert.equal(seen.get("pnl_log_position"), 4);
  assert.equal(seen.get("pnl_projection_lag_events"), 0);
  assert.equal(seen.get("pnl_window_close_delay_seconds_count"), 2);
  assert.equal(seen.get('pnl_tier_reads_total{tier="memory",result="hit"}'), 1);
  const requests = (route: string, status: number) =>
    seen.get(`pnl_http_requests_total{route="${route}",method="GET",status="${status}"}`);
  assert.equal(requests("/api/pnl/current", 200), 1);
  assert.equal(requests("none", 404), 1);
  assert.equal(
    seen.get('pnl_http_request_duration_seconds_count{route="/api/pnl/current"}'),
    1,
  );
});

Deno.test("GET /metrics says 0 before the first row is rejected and the first request fails, then counts", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const rejected = async () => {
    const seen = await scrape(server);
    return ["kalshi", "anthropic", "revenue"].map((source) =>
      seen.get(`pnl_log_rows_rejected_total{source="/${source}"}`)
    );
  };
  assert.deepEqual(await rejected(), [0, 0, 0], "other events are no rejected rows");
  server.log.append(["1", "2"].map((identity) => ({
    kind: "fact",
    source: "/revenue",
    type: "pnl.source.rejected.v1",
    id: `rejected/${identity}`,
    subject: "revenue",
    time: new Date(server.clock.now()).toISOString(),
    data: { identity, path: "a", reason: "b" },
  })));
  assert.deepEqual(await rejected(), [0, 0, 2]);
  const failed = async () =>
    (await scrape(server)).get(
      'pnl_http_requests_total{route="/api/events",method="GET",status="500"}',
    );
  assert.equal(await failed(), 0);
  const read = server.log.read.bind(server.log);
  server.log.read = () => {
    throw new Error("disk");
  };
  await (await server.get("/api/events")).body?.cancel();
  server.log.read = read;
  assert.equal(await failed(), 1);
});

Deno.test("GET /metrics has the same series whatever clients make up", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  for (let made = 0; made < 50; made++) {
    const path = [`/nope-${made}`, `/api/events/${made + 1}`, `/livez?x=${made}`][made % 3];
    const headers = { "x-request-id": `canary-${made}` };
    const init = { headers, method: made % 2 === 0 ? "GET" : `BREW${made}` };
    await (await server.get(path!, init)).body?.cancel();
  }
  const keys = [...(await scrape(server)).keys()].filter((key) => key.startsWith("pnl_http_req"));
  assert.ok(!keys.some((key) => /nope|canary|BREW|events\/\d/.test(key)), keys.join("\n"));
  const total = keys.filter((key) => key.startsWith("pnl_http_requests_total"));
  const counted = total.filter((key) => !key.includes('status="500"'));
  assert.ok(counted.length <= 10, counted.join("\n"));
  assert.ok(counted.some((key) => key.includes('route="/api/events/:position",')));
});

Deno.test("GET /metrics answers where the log cannot be read, with what is known", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const head = server.log.head.bind(server.log);
  server.log.head = () => {
    throw new Error("disk");
  };
  const seen = await scrape(server);
  server.log.head = head;
  assert.equal(seen.get('pnl_health_status{state="unavailable"}'), 1);
  assert.equal(seen.get("pnl_log_position"), undefined);
  assert.equal(seen.get("pnl_projection_position"), 2);
});

Deno.test("GET /metrics shows sources, their polls and breakers", async () => {
  const clock = new TestClock();
  const meter = new PollMeter({ name: "revenue", intervalMs: 5, noProgressMs: 50, clock });
  meter.begin();
  meter.end("partial");
  await using server = await startTestServer({
    statuses: [workingSource(clock)],
    polls: () => [meter.stats()],
  });
  const seen = await scrape(server);
  assert.equal(seen.get('pnl_source_state{source="revenue",state="ok"}'), 1);
  assert.equal(seen.get('pnl_breaker_state{source="revenue",state="OPEN"}'), 0);
  assert.equal(seen.get('pnl_source_polls_total{source="revenue",outcome="partial"}'), 1);
  assert.equal(seen.get('pnl_source_polls_total{source="revenue",outcome="ok"}'), 0);
  assert.equal(seen.get('pnl_source_poll_duration_seconds_count{source="revenue"}'), 1);
  assert.equal(seen.get('pnl_stalled{part="polling",source="revenue"}'), 0);
});

Deno.test("GET /metrics tells of a source that has never answered since when it could have", async () => {
  const clock = new TestClock();
  await using server = await startTestServer({
    statuses: [{ ...workingSource(clock), state: "starting", lastSuccessAt: null }],
  });
  const seen = await scrape(server);
  const since = seen.get('pnl_source_last_success_timestamp_seconds{source="revenue"}');
  assert.equal(since, seen.get("pnl_start_time_seconds"));
});

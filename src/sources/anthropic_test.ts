import assert from "node:assert/strict";
import type { Candidate, RecordedEvent } from "../pnl/event.ts";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { StepClock } from "../sandbox/testing.ts";
import { type AnthropicOptions, anthropicSource } from "./anthropic.ts";
import { sumDecimals } from "./decimal_text.ts";
import { UpstreamError } from "./source.ts";
import { type Answer, context, eventsOf, OffsetClock, upstream } from "./testing.ts";

const DAY_MS = 86_400_000;
const RETRY = { retries: 1, initialDelayMs: 1, maxDelayMs: 1 };

/** Data of observed costs, by day. */
function costs(events: readonly (Candidate | RecordedEvent)[]) {
  return events.flatMap((event) =>
    event.type === "pnl.anthropic.cost.observed.v1" ? [event.data] : []
  );
}

function source(options: Pick<AnthropicOptions, "baseUrl" | "clock"> & Partial<AnthropicOptions>) {
  return anthropicSource({ adminKey: "k", intervalMs: 60_000, retry: RETRY, ...options });
}

/** A report of one page over the days asked for; `results` by day. */
function report(results: Readonly<Record<string, unknown[]>>): Answer {
  return (request) => {
    const query = new URL(request.url).searchParams;
    const data = [];
    const end = Date.parse(query.get("ending_at")!);
    for (let at = Date.parse(query.get("starting_at")!); at < end; at += DAY_MS) {
      const day = new Date(at).toISOString().slice(0, 10);
      data.push({ starting_at: `${day}T00:00:00Z`, results: results[day] ?? [] });
    }
    return Response.json({ data, has_more: false, next_page: null });
  };
}

Deno.test("anthropicSource() reads the sandbox's costs from the first day, over pages, to the digit", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false, historyDays: 70 });
  try {
    const { units } = anthropicSource({ ...sandbox.anthropic, clock, intervalMs: 1 });
    const poll = await units[0]!.poll(context({ since: "2026-01-01" }));
    assert(sandbox.requests("anthropic") > 10, "31 days a page");
    const observed = Object.fromEntries(costs(poll.events).map(({ day, amount }) => [day, amount]));
    const books = sandbox.books().costs;
    assert(books.length > 30);
    for (const { day, amount } of books) {
      assert.equal(
        sumDecimals([observed[day] ?? "0", `-${amount}`]).replace(/\.0*$/, ""),
        "0",
        day,
      );
    }
    for (const { amount, byDescription } of costs(poll.events)) {
      const parts = sumDecimals(byDescription!.map((part) => part.amount));
      assert.equal(
        sumDecimals([amount, parts.startsWith("-") ? parts.slice(1) : `-${parts}`]).replace(
          /[.0]+$/,
          "",
        ),
        "",
      );
    }
    assert.equal(poll.backfilled, true);
    assert.deepEqual(poll.rejected, []);
  } finally {
    await sandbox.stop();
  }
});

Deno.test("anthropicSource() adds fractions of a cent exactly, by description", async () => {
  const clock = new StepClock();
  await using server = upstream(
    report({
      "2026-11-22": [
        { currency: "USD", amount: "123.78912", description: "B" },
        { currency: "USD", amount: "0.00000001", description: "A" },
        { currency: "USD", amount: "1", description: "B" },
        { currency: "USD", amount: "2", description: null },
      ],
    }),
    clock,
  );
  const unit = source({ baseUrl: server.url, clock }).units[0]!;
  const { events } = await unit.poll(context({ since: "2026-11-22" }));
  assert.deepEqual(costs(events), [{
    day: "2026-11-22",
    amount: "1.2678912001",
    byDescription: [
      { description: "(none)", amount: "0.02" },
      { description: "A", amount: "0.0000000001" },
      { description: "B", amount: "1.2478912" },
    ],
  }]);
  const asked = server.requests[0]!.url.searchParams;
  assert.deepEqual([...asked.keys()].sort(), [
    "bucket_width",
    "ending_at",
    "group_by[]",
    "limit",
    "starting_at",
  ]);
  assert.equal(server.requests[0]!.headers.get("x-api-key"), "k");
});

Deno.test("anthropicSource() tells today's nothing, but not the nothing of past days", async () => {
  const clock = new StepClock();
  await using server = upstream(
    report({ "2026-11-20": [{ currency: "USD", amount: "5", description: "A" }] }),
    clock,
  );
  const unit = source({ baseUrl: server.url, clock }).units[0]!;
  const { events } = await unit.poll(context({ since: "2026-11-01" }));
  assert.deepEqual(costs(events).map(({ day, amount }) => [day, amount]), [
    ["2026-11-20", "0.05"],
    ["2026-11-22", "0"],
  ]);
});

Deno.test("anthropicSource() reads three days again, tells what went back to nothing, and forgets no day", async () => {
  const results: Record<string, unknown[]> = {
    "2026-11-20": [{ currency: "USD", amount: "5", description: "A" }],
  };
  const clock = new StepClock();
  await using server = upstream(report(results), clock);
  const unit = source({ baseUrl: server.url, clock }).units[0]!;
  const first = await unit.poll(context({ since: "2026-11-01" }));
  results["2026-11-20"] = [];
  const second = await unit.poll(context({ since: "2026-11-01", cursor: first.cursor }));
  assert.equal(second.backfilled, false);
  assert.equal(server.requests[1]!.url.searchParams.get("starting_at"), "2026-11-19T00:00:00Z");
  assert.deepEqual(costs(second.events).map(({ day, amount }) => [day, amount]), [
    ["2026-11-20", "0"],
    ["2026-11-22", "0"],
  ]);
  clock.add(10 * DAY_MS);
  await unit.poll(context({ since: "2026-11-01", cursor: second.cursor }));
  const asked = server.requests[2]!.url.searchParams;
  assert.equal(asked.get("starting_at"), "2026-11-19T00:00:00Z");
  assert.equal(asked.get("ending_at"), "2026-12-03T00:00:00Z");
});

Deno.test("anthropicSource() gives today's descriptions once an hour, a closed day's always", async () => {
  const row = [{ currency: "USD", amount: "5", description: "A" }];
  const clock = new StepClock();
  await using server = upstream(report({ "2026-11-21": row, "2026-11-22": row }), clock);
  const unit = source({ baseUrl: server.url, clock }).units[0]!;
  let cursor: string | null = null;
  const described: boolean[][] = [];
  for (const stepMs of [60_000, 60_000, 3_600_000]) {
    const poll = await unit.poll(context({ since: "2026-11-21", cursor }));
    cursor = poll.cursor;
    described.push(costs(poll.events).map(({ byDescription }) => byDescription !== undefined));
    clock.add(stepMs);
  }
  described.push(
    costs((await unit.poll(context({ since: "2026-11-21", cursor }))).events)
      .map(({ byDescription }) => byDescription !== undefined),
  );
  assert.deepEqual(described, [[true, true], [true, false], [true, false], [true, true]]);
});

Deno.test("anthropicSource() rejects another currency and junk, under one name however they change", async () => {
  const results: Record<string, unknown[]> = {
    "2026-11-22": [
      { currency: "EUR", amount: "5", description: "A" },
      { currency: "USD", amount: "junk", description: "B" },
      { currency: "USD", amount: "7", description: "C" },
    ],
  };
  const clock = new StepClock();
  await using server = upstream(report(results), clock);
  const unit = source({ baseUrl: server.url, clock }).units[0]!;
  const first = await unit.poll(context({ since: "2026-11-22" }));
  assert.deepEqual(costs(first.events).map(({ amount }) => amount), ["0.07"]);
  assert.deepEqual(first.rejected.map(({ identity, path }) => [identity, path]), [
    ["2026-11-22/A", "data[2026-11-22].results[0].currency"],
    ["2026-11-22/B", "data[2026-11-22].results[1].amount"],
  ]);
  results["2026-11-22"]![0] = { currency: "EUR", amount: "6", description: "A" };
  const second = await unit.poll(context({ since: "2026-11-22", cursor: first.cursor }));
  assert.equal(second.rejected[0]!.identity, "2026-11-22/A");
});

Deno.test("anthropicSource() rejects an amount with more decimals than an event holds, and takes the day", async () => {
  const rows = ["500", `1.${"0".repeat(58)}1`, "1e-60", `0.${"0".repeat(57)}1`];
  const clock = new StepClock();
  await using server = upstream(
    report({
      "2026-11-22": rows.map((amount, index) => ({
        currency: "USD",
        amount,
        description: `row ${index}`,
      })),
    }),
    clock,
  );
  const unit = source({ baseUrl: server.url, clock }).units[0]!;
  const { events, rejected } = await unit.poll(context({ since: "2026-11-22" }));
  assert.deepEqual(rejected.map(({ identity, path }) => [identity, path]), [
    ["2026-11-22/row 1", "data[2026-11-22].results[1].amount"],
    ["2026-11-22/row 2", "data[2026-11-22].results[2].amount"],
  ]);
  assert.deepEqual(costs(events).map(({ amount }) => amount), [`5.${"0".repeat(59)}1`]);
});

Deno.test("anthropicSource() cuts a long description at a whole character, so that the log takes the day", async () => {
  const descriptions = [`${"x".repeat(499)}😀`, "half \ud83d"];
  const clock = new StepClock();
  await using server = upstream(
    report({
      "2026-11-22": descriptions.map((description) => ({
        currency: "USD",
        amount: "100",
        description,
      })),
    }),
    clock,
  );
  const unit = source({ baseUrl: server.url, clock }).units[0]!;
  const { events } = await unit.poll(context({ since: "2026-11-22" }));
  const log = new MemoryEventLog({ clock });
  log.append(events);
  assert.deepEqual(
    costs(eventsOf(log)).map(({ amount, byDescription }) => [
      amount,
      byDescription?.map(({ description }) => description),
    ]),
    [["2.00", ["half \ufffd", "x".repeat(499)]]],
  );
});

Deno.test("anthropicSource() refuses an envelope it cannot read, with the path", async () => {
  const cases: [unknown, string][] = [
    [{ data: {}, has_more: false }, "data"],
    [{ data: [{ starting_at: 5 }], has_more: false }, "data[0].results"],
    [{ data: [], has_more: true, next_page: null }, "next_page"],
    [{ data: [{ starting_at: "2026-11-22T05:00:00Z", results: [] }], has_more: false }, "$"],
  ];
  for (const [body, path] of cases) {
    await using server = upstream(() => Response.json(body));
    const unit = source({ baseUrl: server.url, clock: new OffsetClock() }).units[0]!;
    await assert.rejects(
      unit.poll(context({ since: "2026-11-22" })),
      (error) =>
        error instanceof UpstreamError && error.errorClass === "malformed" &&
        error.facts.path === path,
    );
  }
});

Deno.test("anthropicSource() ends at pages that go round", async () => {
  await using server = upstream(() =>
    Response.json({ data: [], has_more: true, next_page: "page_1" })
  );
  const unit = source({ baseUrl: server.url, clock: new OffsetClock() }).units[0]!;
  await assert.rejects(unit.poll(context({ since: "2026-11-22" })), /same cursor twice/);
  assert.equal(server.requests.length, 2);
});

Deno.test("anthropicSource() is bound to 1 January where nothing is said", async () => {
  const options = { baseUrl: "https://api.anthropic.com", clock: new StepClock() };
  const { signal } = new AbortController();
  assert.deepEqual(await source(options).binding(signal), {
    origin: "https://api.anthropic.com",
    account: "default",
    since: "2026-01-01",
  });
});

import assert from "node:assert/strict";
import { startSandbox } from "../sandbox/sandbox.ts";
import { StepClock } from "../sandbox/testing.ts";
import { revenueSource } from "./revenue.ts";
import { context, OffsetClock, upstream } from "./testing.ts";

const clock = new OffsetClock();

Deno.test("revenueSource() observes numbers and decimal strings to the digit", async () => {
  const bodies = [
    [
      '{"invoiced":20000.10,"collected":1234567890123.123456789}',
      "20000.10",
      "1234567890123.123456789",
    ],
    ['{"invoiced":"0.1","collected":"0","extra":[]}', "0.1", "0"],
    ['{"invoiced":2e3,"collected":1.5E1}', "2000", "15"],
  ];
  for (const [body, invoiced, collected] of bodies) {
    await using server = upstream(() =>
      new Response(body, { headers: { "content-type": "application/json" } })
    );
    const unit = revenueSource({ baseUrl: server.url, intervalMs: 1, clock }).units[0]!;
    const { events } = await unit.poll(context());
    assert.deepEqual(events.map(({ data, subject }) => [subject, data]), [["totals", {
      invoiced,
      collected,
    }]]);
    assert.equal(server.requests[0]!.url.pathname, "/api/revenue");
    assert.equal(server.requests[0]!.headers.has("authorization"), false);
  }
});

Deno.test("revenueSource() refuses negative totals and junk, with the path", async () => {
  const cases: [unknown, string][] = [
    [{ invoiced: -1, collected: 0 }, "invoiced"],
    [{ invoiced: 1, collected: "1,000" }, "collected"],
    [{ invoiced: 1, collected: null }, "collected"],
    [{ invoiced: 1 }, "collected"],
    [{ totals: {} }, "invoiced"],
    [[], "$"],
  ];
  for (const [body, path] of cases) {
    await using server = upstream(() => Response.json(body));
    const unit = revenueSource({ baseUrl: server.url, intervalMs: 1, clock }).units[0]!;
    await assert.rejects(unit.poll(context()), { errorClass: "malformed", facts: { path } });
  }
});

Deno.test("revenueSource() sends the bearer that the sandbox asks for", async () => {
  const at = new StepClock();
  const sandbox = await startSandbox({ clock: at, live: false, fills: 10 });
  try {
    const open = revenueSource({ baseUrl: sandbox.revenue.baseUrl, intervalMs: 1, clock: at });
    await assert.rejects(open.units[0]!.poll(context()), { errorClass: "unauthorized" });
    const unit = revenueSource({ ...sandbox.revenue, intervalMs: 1, clock: at }).units[0]!;
    const { events } = await unit.poll(context());
    const { invoiced, collected } = sandbox.books().revenue;
    const data = events[0]!.data;
    assert("invoiced" in data);
    assert.deepEqual([Number(data.invoiced), Number(data.collected)], [
      Number(invoiced),
      Number(collected),
    ]);
  } finally {
    await sandbox.stop();
  }
});

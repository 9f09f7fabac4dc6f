import assert from "node:assert/strict";
import { type Fault, Faults, type ServerName, SERVERS } from "./faults.ts";
import { type Sandbox, startSandbox } from "./sandbox.ts";
import { get, type Got, StepClock, venue } from "./testing.ts";

/** A good request to each server. */
function ask(sandbox: Sandbox, clock: StepClock, server: ServerName): Promise<Got> {
  const { anthropic, revenue } = sandbox;
  if (server === "kalshi") return venue(sandbox, clock, "/portfolio/fills?limit=5");
  if (server === "revenue") {
    return get(`${revenue.baseUrl}/api/revenue`, { authorization: `Bearer ${revenue.token}` });
  }
  const query = "starting_at=2026-11-20T00:00:00Z&limit=2";
  return get(`${anthropic.baseUrl}/v1/organizations/cost_report?${query}`, {
    "x-api-key": anthropic.adminKey,
    "anthropic-version": "2023-06-01",
  });
}

async function withSandbox(
  test: (sandbox: Sandbox, clock: StepClock) => Promise<void>,
): Promise<void> {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false, rateLimit: false });
  try {
    await test(sandbox, clock);
  } finally {
    await sandbox.stop();
  }
}

Deno.test("Faults: each mode shows on its server and on no other, and heals", () =>
  withSandbox(async (sandbox, clock) => {
    const statuses = { unauthorized: 401, forbidden: 403, rate_limited: 429, server_error: 500 };
    for (const server of SERVERS) {
      for (const [mode, status] of Object.entries(statuses)) {
        sandbox.faults.set(server, { mode } as Fault);
        for (const other of SERVERS) {
          const got = await ask(sandbox, clock, other);
          assert.equal(
            got.status,
            other === server ? status : 200,
            `${mode} of ${server}: ${other}`,
          );
        }
        sandbox.faults.clear(server);
      }
      sandbox.faults.set(server, { mode: "down" });
      await assert.rejects(ask(sandbox, clock, server), TypeError, "the connection is reset");
      sandbox.faults.clear();
      assert.equal((await ask(sandbox, clock, server)).status, 200);
    }
  }));

Deno.test("Faults: errors come in each server's own shape", () =>
  withSandbox(async (sandbox, clock) => {
    for (const server of SERVERS) sandbox.faults.set(server, { mode: "rate_limited" });
    const kalshi = await ask(sandbox, clock, "kalshi");
    assert.deepEqual(kalshi.body, { error: "too many requests" });
    assert.equal(kalshi.headers.get("retry-after"), null);
    const anthropic = await ask(sandbox, clock, "anthropic");
    assert.equal(anthropic.body.error.type, "rate_limit_error");
    assert.equal((await ask(sandbox, clock, "revenue")).headers.get("retry-after"), "1");
  }));

Deno.test("Faults: malformed answers are cut JSON, another envelope, or HTML", () =>
  withSandbox(async (sandbox, clock) => {
    for (const server of SERVERS) {
      sandbox.faults.set(server, { mode: "malformed" });
      const cut = await ask(sandbox, clock, server);
      assert.equal(cut.status, 200);
      assert.equal(cut.body, null, "no JSON");
      sandbox.faults.set(server, { mode: "malformed", shape: "envelope" });
      assert.deepEqual((await ask(sandbox, clock, server)).body, { unexpected: [] });
      sandbox.faults.set(server, { mode: "malformed", shape: "html" });
      assert.equal((await ask(sandbox, clock, server)).headers.get("content-type"), "text/html");
    }
  }));

Deno.test("Faults: a bad row is the first, and the others are as they were", () =>
  withSandbox(async (sandbox, clock) => {
    const good = await Promise.all(SERVERS.map((server) => ask(sandbox, clock, server)));
    for (const server of SERVERS) sandbox.faults.set(server, { mode: "bad_row" });
    const [kalshi, anthropic, revenue] = await Promise.all(
      SERVERS.map((server) => ask(sandbox, clock, server)),
    );
    assert.equal(kalshi?.body.fills[0].count_fp, "many");
    assert.deepEqual(kalshi?.body.fills.slice(1), good[0]?.body.fills.slice(1));
    assert.equal(anthropic?.body.data[0].results[0].amount, "free");
    assert.deepEqual(anthropic?.body.data[1], good[1]?.body.data[1]);
    assert.deepEqual(revenue?.body, { ...good[2]?.body, collected: "soon" });
    const settlements = await venue(sandbox, clock, "/portfolio/settlements");
    assert.equal(settlements.body.settlements[0].settled_time, "2026-11-21T15:02:11", "zoneless");
  }));

Deno.test("Faults: a cursor loop never ends", () =>
  withSandbox(async (sandbox, clock) => {
    sandbox.faults.set("kalshi", { mode: "cursor_loop" });
    const first = await venue(sandbox, clock, "/portfolio/fills?limit=5");
    const next = `/portfolio/fills?limit=5&cursor=${first.body.cursor}`;
    assert.notEqual(first.body.cursor, "");
    assert.deepEqual((await venue(sandbox, clock, next)).body, first.body);
  }));

Deno.test("Faults: a skewed clock shows in Date, refuses signatures, and shifts rows where lenient", () =>
  withSandbox(async (sandbox, clock) => {
    const good = await ask(sandbox, clock, "kalshi");
    sandbox.faults.set("kalshi", { mode: "clock_skew" });
    const refused = await ask(sandbox, clock, "kalshi");
    assert.equal(refused.body.error.code, "header_timestamp_expired");
    const ahead = Date.parse(refused.headers.get("date") ?? "") - clock.now();
    assert.equal(ahead, 20 * 60_000);
    sandbox.faults.set("kalshi", { mode: "clock_skew", skewMs: -3_600_000, lenient: true });
    const lying = await ask(sandbox, clock, "kalshi");
    assert.equal(Date.parse(lying.headers.get("date") ?? ""), clock.now() - 3_600_000);
    const shift = lying.body.fills[0].ts - good.body.fills[0].ts;
    assert.equal(shift, -3_600);
    assert.equal(lying.body.fills[0].fill_id, good.body.fills[0].fill_id);
    sandbox.faults.set("revenue", { mode: "clock_skew", skewMs: 600_000 });
    const revenue = await ask(sandbox, clock, "revenue");
    assert.equal(Date.parse(revenue.headers.get("date") ?? ""), clock.now() + 600_000);
  }));

Deno.test({
  name: "Faults: slow answers late, drips, and leaves no timer when stopped",
  sanitizeOps: true,
  fn: () =>
    withSandbox(async (sandbox, clock) => {
      sandbox.faults.set("revenue", { mode: "slow", delayMs: 80, drip: true });
      const began = performance.now();
      const got = await ask(sandbox, clock, "revenue");
      const took = performance.now() - began;
      assert.equal(got.status, 200);
      assert.ok(took > 80 + 20 * 20, `${took} ms`);
      sandbox.faults.set("revenue", { mode: "slow", delayMs: 60_000 });
      const waiting = assert.rejects(ask(sandbox, clock, "revenue"), TypeError);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const stopping = performance.now();
      await sandbox.stop();
      await waiting;
      assert.ok(performance.now() - stopping < 1_000);
    }),
});

Deno.test("Faults: narrowed to a path, and ended by time", () =>
  withSandbox(async (sandbox, clock) => {
    sandbox.faults.set("kalshi", { mode: "forbidden", path: "/portfolio/balance" });
    assert.equal((await venue(sandbox, clock, "/portfolio/balance")).status, 403);
    assert.equal((await venue(sandbox, clock, "/portfolio/fills")).status, 200);
    sandbox.faults.set("kalshi", { mode: "down", forMs: 150 });
    await assert.rejects(ask(sandbox, clock, "kalshi"));
    await new Promise((resolve) => setTimeout(resolve, 170));
    assert.equal((await ask(sandbox, clock, "kalshi")).status, 200);
  }));

Deno.test("Faults: obeys POST /_sandbox/faults on any server, and names what is wrong", () =>
  withSandbox(async (sandbox, clock) => {
    const post = async (body: string, type = "application/json", method = "POST") => {
      const response = await fetch(`${sandbox.revenue.baseUrl}/_sandbox/faults`, {
        method,
        body,
        headers: { "content-type": type },
      });
      return `${response.status} ${await response.text()}`;
    };
    const counted = sandbox.requests("revenue");
    assert.equal(await post('{"server":"anthropic","mode":"server_error","forMs":60000}'), "204 ");
    assert.equal((await ask(sandbox, clock, "anthropic")).status, 500);
    assert.equal(await post('{"server":"anthropic","mode":"none"}'), "204 ");
    assert.equal((await ask(sandbox, clock, "anthropic")).status, 200);
    assert.match(await post("{"), /^400 .*not JSON/);
    assert.match(await post('{"server":"bank","mode":"down"}'), /^400 .*server must be one of/);
    assert.match(await post('{"server":"kalshi","mode":"asleep"}'), /^400 .*mode/);
    assert.match(await post('{"server":"kalshi","mode":"slow","delayMs":-1}'), /^400 .*delayMs/);
    assert.match(await post('{"server":"kalshi","mode":"down"}', "text/plain"), /^415/);
    assert.match(
      await post('{"server":"kalshi","mode":"down"}', "application/json", "PUT"),
      /^405/,
    );
    assert.match(await post(`"${"x".repeat(20_000)}"`), /^400 .*too long/);
    assert.equal(sandbox.requests("revenue"), counted, "orders are not counted");
  }));

Deno.test("Faults.set() refuses what is no fault", () => {
  const faults = new Faults();
  assert.throws(() => faults.set("kalshi", { mode: "down", forMs: 0 }), /forMs/);
  assert.equal(faults.active("kalshi", "/"), null);
});

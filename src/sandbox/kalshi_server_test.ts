import assert from "node:assert/strict";
import { startSandbox } from "./sandbox.ts";
import { get, StepClock, venue } from "./testing.ts";

Deno.test("kalshiProtocol() refuses a limit beyond the maximum; it does not clamp", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false, rateLimit: false });
  try {
    const { status, body } = await venue(sandbox, clock, "/portfolio/fills?limit=1001");
    assert.equal(status, 400);
    assert.equal(
      body.msg,
      "Parameter validation failed for GetFills: Key: 'GetFillsParams.Limit' " +
        "Error:Field validation for 'Limit' failed on the 'lte' tag",
    );
    for (const path of ["positions?limit=1001", "settlements?limit=0", "deposits?limit=501"]) {
      const got = await venue(sandbox, clock, `/portfolio/${path}`);
      assert.equal(got.status, 400, path);
      assert.match(got.body.msg, /^Parameter validation failed for Get/);
    }
    const flat = await venue(sandbox, clock, "/portfolio/fills?min_ts=yesterday");
    assert.equal(flat.status, 400);
    assert.equal(flat.body.code, "bad_request");
    assert.equal((await venue(sandbox, clock, "/portfolio/fills?subaccount=64")).status, 400);
    assert.equal((await venue(sandbox, clock, "/portfolio/withdrawals?limit=500")).status, 200);
  } finally {
    await sandbox.stop();
  }
});

Deno.test("kalshiProtocol() answers a garbage cursor with the first page, silently", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false, rateLimit: false });
  try {
    const first = await venue(sandbox, clock, "/portfolio/fills?limit=3");
    const other = (await venue(sandbox, clock, "/portfolio/settlements?limit=3")).body.cursor;
    for (const cursor of ["garbage", "%25%25", btoa("loop"), btoa("GetFills|x"), other]) {
      const got = await venue(sandbox, clock, `/portfolio/fills?limit=3&cursor=${cursor}`);
      assert.equal(got.status, 200);
      assert.deepEqual(got.body, first.body, cursor);
    }
  } finally {
    await sandbox.stop();
  }
});

Deno.test("kalshiProtocol() answers an unknown route with 404 in plain text", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false });
  try {
    for (const path of ["/portfolio/orders", "/nothing", "constructor"]) {
      const got = await venue(sandbox, clock, path);
      assert.equal(got.status, 404, path);
      assert.match(got.headers.get("content-type") ?? "", /^text\/plain/);
      assert.equal(got.body, null);
    }
    const posted = await fetch(`${sandbox.kalshi.baseUrl}/portfolio/fills`, { method: "POST" });
    assert.equal(posted.status, 404);
    await posted.body?.cancel();
  } finally {
    await sandbox.stop();
  }
});

Deno.test("kalshiProtocol() gives out 20 requests a second, then 429 without Retry-After", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false });
  try {
    const url = `${sandbox.kalshi.baseUrl}/exchange/status`;
    const statuses = [];
    for (let i = 0; i < 60; i += 1) {
      const got = await get(url);
      statuses.push(got.status);
      if (got.status !== 429) continue;
      assert.deepEqual(got.body, { error: "too many requests" });
      assert.equal(got.headers.get("retry-after"), null);
      break;
    }
    assert.equal(statuses.at(-1), 429);
    assert.ok(statuses.length > 20);
    await new Promise((resolve) => setTimeout(resolve, 120));
    assert.equal((await get(url)).status, 200, "tokens come back");
    const limits = await startSandbox({ clock, live: false, rateLimit: false });
    for (let i = 0; i < 60; i += 1) {
      assert.equal((await get(`${limits.kalshi.baseUrl}/exchange/status`)).status, 200);
    }
    await limits.stop();
  } finally {
    await sandbox.stop();
  }
});

Deno.test("kalshiProtocol() refuses what the key's scopes leave out", async () => {
  const clock = new StepClock();
  const scopes = ["read::portfolio_balance"];
  const sandbox = await startSandbox({ clock, live: false, scopes });
  try {
    assert.equal((await venue(sandbox, clock, "/portfolio/balance")).status, 200);
    assert.equal((await venue(sandbox, clock, "/portfolio/subaccounts/balances")).status, 200);
    const refused = await venue(sandbox, clock, "/portfolio/fills");
    assert.equal(refused.status, 403);
    assert.equal(refused.body.error.code, "permission_denied");
  } finally {
    await sandbox.stop();
  }
});

Deno.test("kalshiProtocol() answers the helpers as the venue does", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false });
  try {
    const asOf = await venue(sandbox, clock, "/exchange/user_data_timestamp");
    assert.deepEqual(asOf.body, { as_of_time: "2026-11-22T12:00:00.000000Z" });
    const limits = await venue(sandbox, clock, "/account/limits");
    assert.deepEqual(limits.body.read, { bucket_capacity: 200, refill_rate: 200 });
    const status = await venue(sandbox, clock, "/exchange/status");
    assert.deepEqual(status.body, { exchange_active: true, trading_active: true });
    assert.equal(Date.parse(status.headers.get("date") ?? ""), clock.now(), "the sandbox's time");
  } finally {
    await sandbox.stop();
  }
});

import assert from "node:assert/strict";
import { StepClock } from "../sandbox/testing.ts";
import { HttpClient } from "./http_client.ts";
import { KalshiAccounts } from "./kalshi_accounts.ts";
import { KalshiClient } from "./kalshi_client.ts";
import { context, upstream } from "./testing.ts";

const HOUR_MS = 3_600_000;
const LIST = "/portfolio/subaccounts/balances";

function setUp(clock = new StepClock()) {
  const at = { clock, status: 200 };
  const server = upstream((request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== LIST) {
      const cents = 100 + Number(searchParams.get("subaccount"));
      return Response.json({ balance: cents, portfolio_value: 5 });
    }
    if (at.status !== 200) return new Response("no", { status: at.status });
    const rows = [[3, "90.00"], [0, "10.00"]] as const;
    return Response.json({
      subaccount_balances: rows.map(([subaccount_number, balance]) => ({
        subaccount_number,
        balance,
      })),
    });
  }, clock);
  const http = new HttpClient({ baseUrl: server.url, clock, retry: { retries: 0 } });
  const accounts = new KalshiAccounts(new KalshiClient(http), clock);
  const listed = () => server.requests.filter(({ url }) => url.pathname === LIST).length;
  const close = () => server[Symbol.asyncDispose]();
  return { ...{ at, accounts, listed }, [Symbol.asyncDispose]: close };
}

const WHOLE = [[0, "10.00"], [3, "90.00"]];

for (const status of [404, 400, 500]) {
  Deno.test(`KalshiAccounts fails at a list that answers ${status}, keeps what it knew and asks again`, async () => {
    await using test = setUp();
    const { at, accounts } = test;
    at.status = status;
    await assert.rejects(accounts.cash(context()), { code: "upstream_failed" });
    at.status = 200;
    assert.deepEqual([...await accounts.cash(context())], WHOLE);
    at.status = status;
    await assert.rejects(accounts.cash(context()), { code: "upstream_failed" });
    assert.deepEqual(accounts.known, [0, 3]);
  });
}

for (const status of [401, 403]) {
  Deno.test(`KalshiAccounts asks for known subaccounts where the list answers ${status}, for an hour`, async () => {
    await using test = setUp();
    const { at, accounts, listed } = test;
    at.status = status;
    accounts.learn([2]);
    for (let count = 0; count < 2; count++) {
      assert.deepEqual([...await accounts.cash(context())], [[0, "1.00"], [2, "1.02"]]);
    }
    assert.equal(listed(), 1);
    at.status = 200;
    at.clock.add(HOUR_MS - 1);
    await accounts.cash(context());
    assert.equal(listed(), 1);
    at.clock.add(1);
    assert.deepEqual([...await accounts.cash(context())], WHOLE);
  });
}

import assert from "node:assert/strict";
import { StepClock } from "../sandbox/testing.ts";
import { HttpClient } from "./http_client.ts";
import { KalshiAccounts } from "./kalshi_accounts.ts";
import { KalshiClient } from "./kalshi_client.ts";
import { KalshiObservations } from "./kalshi_observations.ts";
import { observed } from "./test_kalshi.ts";
import { context, type Upstream, upstream } from "./testing.ts";

/** What the venue says; a test changes it as it goes. */
interface Venue {
  cash: string[];
  /** Of `/portfolio/balance`. */
  dollars: string[];
  realized: string;
  /** Answers in place of the venue. */
  fault: (url: URL) => Response | null;
}

function serve(venue: Venue, clock: StepClock): Upstream {
  return upstream((request) => {
    const url = new URL(request.url);
    const fault = venue.fault(url);
    if (fault !== null) return fault;
    const subaccount = Number(url.searchParams.get("subaccount") ?? "0");
    if (url.pathname.endsWith("/balances")) {
      const rows = venue.cash.map((balance, index) => ({ subaccount_number: index, balance }));
      return Response.json({ subaccount_balances: rows });
    }
    if (url.pathname.endsWith("/balance")) {
      const row = { balance: 1, balance_dollars: venue.dollars[subaccount], portfolio_value: 198 };
      return Response.json(row);
    }
    const position = {
      ticker: "KX-1",
      position_fp: "1.00",
      market_exposure_dollars: "0.50",
      realized_pnl_dollars: venue.realized,
      fees_paid_dollars: "0.01",
    };
    return Response.json({ market_positions: [position], cursor: "" });
  }, clock);
}

function setUp() {
  const clock = new StepClock();
  const venue: Venue = {
    cash: ["10.0000", "5.0000"],
    dollars: ["10.00", "5.00"],
    realized: "0.000000",
    fault: () => null,
  };
  const server = serve(venue, clock);
  const retry = { retries: 0 };
  const client = new KalshiClient(new HttpClient({ baseUrl: server.url, clock, retry }));
  const accounts = new KalshiAccounts(client, clock);
  const observations = new KalshiObservations({ client, accounts, clock });
  return {
    clock,
    venue,
    server,
    observations,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const ALL_READ = { facts: true, transfers: true };
const LATER = context({ cursor: "1" });

function failing(path: string, subaccount: string): (url: URL) => Response | null {
  return (url) =>
    url.pathname.endsWith(path) && url.searchParams.get("subaccount") === subaccount
      ? new Response("boom", { status: 500 })
      : null;
}

Deno.test("KalshiObservations gives a worth withFacts, in dollars, and bracketed where the cash beside it agrees", async () => {
  await using at = setUp();
  await at.observations.readBefore(LATER);
  at.venue.dollars[1] = "4.99";
  const poll = await at.observations.poll(LATER, ALL_READ);
  assert.deepEqual(observed({ poll }, "cash"), ["0+", "1+"]);
  assert.deepEqual(observed({ poll }, "portfolio"), ["0+", "1-"]);
  assert.deepEqual(
    poll.events.find(({ type }) => type === "pnl.kalshi.portfolio.valued.v1"),
    {
      kind: "observation",
      source: "/kalshi",
      type: "pnl.kalshi.portfolio.valued.v1",
      subject: "0",
      time: "2026-11-22T12:00:00.000Z",
      withFacts: true,
      atMostEveryMs: 60_000,
      data: { subaccount: 0, value: "1.98", bracketed: true },
    },
  );
});

Deno.test("KalshiObservations brackets a worth by its own subaccount, cash by all of them", async () => {
  // Beside the worth stands the cash of before, of after, or neither: all three have to agree.
  for (const beside of ["5.00", "6.00", "7.00"]) {
    await using at = setUp();
    await at.observations.readBefore(LATER);
    at.venue.cash[1] = "6.0000";
    at.venue.dollars[1] = beside;
    const poll = await at.observations.poll(LATER, ALL_READ);
    assert.deepEqual(observed({ poll }, "cash"), ["0-", "1-"]);
    assert.deepEqual(observed({ poll }, "portfolio"), ["0+", "1-"], beside);
  }
});

for (const between of [{ facts: false, transfers: true }, { facts: true, transfers: false }]) {
  Deno.test(`KalshiObservations brackets no money where not all was read: ${JSON.stringify(between)}`, async () => {
    await using at = setUp();
    await at.observations.readBefore(LATER);
    const poll = await at.observations.poll(LATER, between);
    assert.deepEqual(observed({ poll }, "cash"), ["0-", "1-"]);
    assert.deepEqual(observed({ poll }, "portfolio"), ["0-", "1-"]);
    assert.deepEqual(observed({ poll }, "positions"), between.facts ? ["0+", "1+"] : []);
  });
}

Deno.test("KalshiObservations reads one subaccount's positions and worth though another's fail", async () => {
  await using at = setUp();
  for (const path of ["/positions", "/balance"]) {
    at.venue.fault = failing(path, "0");
    at.clock.add(61_000);
    await at.observations.readBefore(LATER);
    const poll = await at.observations.poll(LATER, ALL_READ);
    const only = path === "/positions" ? "positions" : "portfolio";
    assert.deepEqual(observed({ poll }, only), ["1+"], path);
    assert.deepEqual(observed({ poll }, "cash"), ["0+", "1+"], path);
    await assert.rejects(at.observations.report(LATER), { errorClass: "server_error" }, path);
  }
  at.venue.fault = () => null;
  at.clock.add(5_000);
  await at.observations.readBefore(LATER);
  const poll = await at.observations.poll(LATER, ALL_READ);
  assert.deepEqual(observed({ poll }, "portfolio"), ["0+"], "the one that is still due");
  await at.observations.report(LATER);
});

Deno.test("KalshiObservations fails by what failed before the facts alone, and forgets it next round", async () => {
  await using at = setUp();
  at.venue.fault = (url) =>
    url.pathname.endsWith("/balances") ? new Response("", { status: 502 }) : null;
  await at.observations.readBefore(LATER);
  at.venue.fault = () => null;
  const poll = await at.observations.poll(LATER, ALL_READ);
  assert.deepEqual(observed({ poll }, "cash"), ["0-", "1-"]);
  await assert.rejects(at.observations.report(LATER), { errorClass: "server_error" });
  await at.observations.readBefore(LATER);
  await at.observations.poll(LATER, ALL_READ);
  await at.observations.report(LATER);
});

Deno.test("KalshiObservations keeps positions to itself that changed between its readings, and reads them again", async () => {
  await using at = setUp();
  for (const [realized, expected] of [["1.000000", []], ["1.000000", ["0+", "1+"]]] as const) {
    await at.observations.readBefore(LATER);
    at.venue.realized = realized;
    const poll = await at.observations.poll(LATER, ALL_READ);
    assert.deepEqual(observed({ poll }, "positions"), expected);
  }
});

Deno.test("KalshiObservations counts every answer as progress, refusals too, and no row", async () => {
  await using at = setUp();
  at.venue.fault = failing("/positions", "1");
  const heard: number[] = [];
  const counting = context({ cursor: "1", progress: (rows) => heard.push(rows) });
  await at.observations.readBefore(counting);
  await at.observations.poll(counting, ALL_READ);
  assert.equal(at.server.requests.length, 7);
  assert(heard.length >= at.server.requests.length, `${heard.length} heard`);
  assert(heard.every((rows) => rows === 0));
});

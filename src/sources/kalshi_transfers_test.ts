import assert from "node:assert/strict";
import { StepClock } from "../sandbox/testing.ts";
import { HttpClient } from "./http_client.ts";
import { KalshiClient } from "./kalshi_client.ts";
import { pollTransfers } from "./kalshi_transfers.ts";
import type { Poll } from "./source.ts";
import { context, type Upstream, upstream } from "./testing.ts";

interface Row {
  readonly id: string;
  readonly status: string;
  readonly amount_cents: number;
  readonly created_ts: number;
  readonly finalized_ts?: number;
}

const NEW: Row = { id: "n", status: "pending", amount_cents: 100, created_ts: 1_781_000_000 };
const OLD: Row = { id: "o", status: "pending", amount_cents: 200, created_ts: 1_780_000_000 };

/** Deposits one a page, newest first; withdrawals on one page. */
function venue(clock: StepClock, deposits: Row[], withdrawals: Row[] = []): Upstream {
  return upstream((request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname.endsWith("/withdrawals")) return Response.json({ withdrawals, cursor: "" });
    const at = Number(searchParams.get("cursor") ?? "0");
    const cursor = at + 1 < deposits.length ? String(at + 1) : "";
    return Response.json({ deposits: deposits.slice(at, at + 1), cursor });
  }, clock);
}

function ids({ events }: Poll): string[] {
  return events.map((event) => event.kind === "fact" ? event.id : event.subject);
}

Deno.test("pollTransfers() reads all at first and once an hour, else the newest page", async () => {
  const clock = new StepClock();
  const deposits = [NEW, OLD];
  await using server = venue(clock, deposits);
  const client = new KalshiClient(new HttpClient({ baseUrl: server.url, clock }));
  const first = await pollTransfers(client, clock, context());
  assert.deepEqual(ids(first), ["deposit/o/pending", "deposit/n/pending"]);
  assert.equal(first.backfilled, true);
  assert.equal(server.requests[0]!.url.searchParams.get("limit"), "500");

  deposits[0] = { ...NEW, status: "applied", finalized_ts: 1_781_000_100 };
  deposits[1] = { ...OLD, status: "failed", finalized_ts: 1_781_000_200 };
  clock.add(5_000);
  const second = await pollTransfers(client, clock, context({ cursor: first.cursor }));
  assert.deepEqual(ids(second), ["deposit/n/applied"]);
  assert.equal(second.backfilled, false);

  clock.add(3_600_000);
  const third = await pollTransfers(client, clock, context({ cursor: second.cursor }));
  assert.deepEqual(ids(third), ["deposit/n/applied", "deposit/o/failed"]);
});

Deno.test("pollTransfers() rejects a row that cannot be, under its id", async () => {
  const clock = new StepClock();
  await using server = venue(clock, [{ ...NEW, created_ts: 9_999_999_999 }, OLD]);
  const client = new KalshiClient(new HttpClient({ baseUrl: server.url, clock }));
  const poll = await pollTransfers(client, clock, context());
  assert.deepEqual(ids(poll), ["deposit/o/pending"]);
  assert.deepEqual(poll.rejected.map(({ identity, path }) => [identity, path]), [
    ["deposit/n", "deposits[0].created_ts"],
  ]);
});

Deno.test("pollTransfers() tells a deposit from a withdrawal of the same id, taken or not", async () => {
  const clock = new StepClock();
  const late = { ...OLD, created_ts: 9_999_999_999 };
  await using server = venue(clock, [NEW, late], [NEW, late]);
  const client = new KalshiClient(new HttpClient({ baseUrl: server.url, clock }));
  const poll = await pollTransfers(client, clock, context());
  assert.deepEqual(ids(poll), ["deposit/n/pending", "withdrawal/n/pending"]);
  assert.deepEqual(poll.rejected.map(({ identity }) => identity), ["deposit/o", "withdrawal/o"]);
});

Deno.test("pollTransfers() gives a state once that stands on two pages, and twice where it differs", async () => {
  const clock = new StepClock();
  await using server = venue(clock, [NEW, NEW, { ...NEW, amount_cents: 101 }]);
  const client = new KalshiClient(new HttpClient({ baseUrl: server.url, clock }));
  const { events } = await pollTransfers(client, clock, context());
  assert.deepEqual(events.map(({ data }) => "amount" in data && data.amount), ["1.00", "1.01"]);
});

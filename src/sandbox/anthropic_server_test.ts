import assert from "node:assert/strict";
import { type Sandbox, startSandbox } from "./sandbox.ts";
import { get, StepClock, units } from "./testing.ts";

const FROM = "starting_at=2026-10-08T00:00:00Z";

const report = (sandbox: Sandbox, query: string, headers: Record<string, string> = {}) =>
  get(`${sandbox.anthropic.baseUrl}/v1/organizations/cost_report?${query}`, {
    "x-api-key": sandbox.anthropic.adminKey,
    "anthropic-version": "2023-06-01",
    ...headers,
  });

/** All buckets of all pages. */
async function buckets(sandbox: Sandbox, query: string) {
  const all = [];
  let next = "";
  for (let page = 0; page < 100; page += 1) {
    const { body } = await report(sandbox, `${query}${next}`);
    all.push(...body.data);
    if (!body.has_more) {
      assert.equal(body.next_page, null);
      return all;
    }
    next = `&page=${encodeURIComponent(body.next_page)}`;
  }
  throw new Error("The report has no end");
}

Deno.test("anthropicProtocol() gives every day to today once, oldest first, empty ones too", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false });
  try {
    const first = await report(sandbox, FROM);
    assert.equal(first.body.data.length, 7, "limit 7 by default");
    const days = await buckets(sandbox, FROM);
    assert.deepEqual(await buckets(sandbox, `${FROM}&limit=31`), days);
    assert.equal(days.length, 46);
    days.forEach((day, i) => {
      const start = Date.UTC(2026, 9, 8 + i);
      assert.equal(Date.parse(day.starting_at), start);
      assert.equal(day.ending_at, new Date(start + 86_400_000).toISOString().replace(".000", ""));
    });
    assert.ok(days.some((day) => day.results.length === 0), "an empty day");
    assert.equal(days.at(-1).starting_at, "2026-11-22T00:00:00Z");
  } finally {
    await sandbox.stop();
  }
});

Deno.test("anthropicProtocol() sends cents with fractions that add up to the books", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false });
  try {
    sandbox.advance(500);
    const books = new Map(sandbox.books().costs.map(({ day, amount }) => [day, units(amount, 7)]));
    const groups = [
      "",
      "&group_by[]=description",
      "&group_by[]=description&group_by[]=workspace_id",
    ];
    let fractional = 0;
    for (const group of groups) {
      for (const day of await buckets(sandbox, `${FROM}&limit=31${group}`)) {
        let sum = 0n;
        for (const row of day.results) {
          assert.equal(row.currency, "USD");
          sum += units(row.amount, 5);
          if (row.amount.includes(".")) fractional += 1;
          assert.equal(row.description === null, group === "");
          if (row.cost_type === "tokens") assert.ok(row.model !== null && row.token_type !== null);
          if (!group.includes("workspace")) assert.equal(row.workspace_id, null);
        }
        assert.equal(sum, books.get(day.starting_at.slice(0, 10)) ?? 0n);
        if (group === "") assert.ok(day.results.length <= 1);
      }
    }
    assert.ok(fractional > 100);
    const { body } = await report(sandbox, `starting_at=2026-11-22T00:00:00Z${groups[2]}`);
    const names = body.data[0].results.map((r: { description: string; workspace_id: string }) =>
      `${r.description} ${r.workspace_id}`
    );
    assert.equal(new Set(names).size, names.length, "one row a group");
    assert.ok(
      new Set(body.data[0].results.map((r: { workspace_id: string }) => r.workspace_id)).size > 1,
    );
  } finally {
    await sandbox.stop();
  }
});

Deno.test("anthropicProtocol() honours ending_at as exclusive and snaps times to their UTC day", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false });
  const starts = async (query: string) =>
    (await buckets(sandbox, query)).map((day) => day.starting_at.slice(0, 10));
  try {
    const query = "starting_at=2026-11-19T22:30:00Z&ending_at=2026-11-21T00:00:00Z";
    assert.deepEqual(await starts(query), ["2026-11-19", "2026-11-20"]);
    const offset = "starting_at=2026-11-20T01:00:00%2B02:00&ending_at=2026-11-20T00:00:00Z";
    assert.deepEqual(await starts(offset), ["2026-11-19"]);
    assert.deepEqual(await starts("starting_at=2026-11-22&ending_at=2026-12-24"), ["2026-11-22"]);
    assert.deepEqual(await starts("starting_at=2027-01-01"), []);
  } finally {
    await sandbox.stop();
  }
});

Deno.test("anthropicProtocol() refuses with the API's error shape and request id", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false });
  try {
    const refusals: [string, Record<string, string>, number, string][] = [
      [FROM, { "x-api-key": "sk-ant-api03-x" }, 401, "authentication_error"],
      [FROM, { "anthropic-version": "" }, 400, "invalid_request_error"],
      [FROM, { "anthropic-version": "2020-01-01" }, 400, "invalid_request_error"],
      ["", {}, 400, "invalid_request_error"],
      ["starting_at=2026-13-01T00:00:00Z", {}, 400, "invalid_request_error"],
      [`${FROM}&limit=32`, {}, 400, "invalid_request_error"],
      [`${FROM}&limit=0`, {}, 400, "invalid_request_error"],
      [`${FROM}&bucket_width=1h`, {}, 400, "invalid_request_error"],
      [`${FROM}&group_by[]=model`, {}, 400, "invalid_request_error"],
      [`${FROM}&page=page_x`, {}, 400, "invalid_request_error"],
    ];
    for (const [query, headers, status, type] of refusals) {
      const got = await report(sandbox, query, headers);
      assert.equal(got.status, status, query);
      assert.equal(got.body.type, "error");
      assert.equal(got.body.error.type, type);
      assert.match(got.body.request_id, /^req_\w{24}$/);
      assert.equal(got.headers.get("request-id"), got.body.request_id);
    }
    const { anthropic } = sandbox;
    const without = await get(`${anthropic.baseUrl}/v1/organizations/cost_report?${FROM}`, {
      "x-api-key": anthropic.adminKey,
    });
    assert.equal(without.body.error.message, "anthropic-version: header is required");
    const elsewhere = await get(`${anthropic.baseUrl}/v1/models`, {
      "x-api-key": anthropic.adminKey,
      "anthropic-version": "2023-06-01",
    });
    assert.equal(elsewhere.body.error.type, "not_found_error");
  } finally {
    await sandbox.stop();
  }
});

Deno.test("Costs revises days of the last three, and none before", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false });
  try {
    const before = new Map(sandbox.books().costs.map(({ day, amount }) => [day, amount]));
    sandbox.advance(3_000);
    const changed = sandbox.books().costs.filter(({ day, amount }) => before.get(day) !== amount);
    const days = changed.map(({ day }) => day);
    assert.ok(days.includes("2026-11-21") || days.includes("2026-11-20"), "a past day changed");
    for (const day of days) assert.ok(day >= "2026-11-20", day);
  } finally {
    await sandbox.stop();
  }
});

import assert from "node:assert/strict";
import { anthropicSource } from "./anthropic.ts";
import { revenueSource } from "./revenue.ts";
import { type PollContext, type Source, UpstreamError } from "./source.ts";
import { place, walk } from "./test_poller.ts";
import { eventsOf, fakeSource, OffsetClock, poll, totals, until, upstream } from "./testing.ts";

const DAY_MS = 86_400_000;

/** Types of a log's events that are not the clock's, in short. */
const types = (log: Parameters<typeof eventsOf>[0]) =>
  eventsOf(log).filter(({ source }) => source !== "/clock")
    .map(({ type, source }) => `${source} ${type.slice("pnl.".length, -".v1".length)}`);

/** A poll that never ends by itself. */
const hanging = ({ signal }: Pick<PollContext, "signal">) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });

Deno.test("Poller appends nothing before an upstream's Date agrees, and says that none has sent one", async () => {
  await place(async ({ log, state, poller }) => {
    let agreedAt: number | null = null;
    let polled = 0;
    const silent = fakeSource(() => (polled++, Promise.resolve(poll([totals("1")]))), {
      dateAgreedAt: () => agreedAt,
    });
    const down = fakeSource(() => Promise.reject(new UpstreamError("network", "down")), {
      name: "kalshi",
      source: "/kalshi",
      dateAgreedAt: () => null,
    });
    const polls = poller([down, silent]);
    polls.start();
    await until(() => polls.statuses()[0]!.breaker.state === "OPEN" && polled > 1, "open");
    assert.equal(log.head().position, 0);
    assert.equal(state.unit("revenue", "only"), null, "nor is a cursor kept");
    assert.equal(polls.isClockTrusted(), false);
    const [kalshi, , revenue] = polls.statuses();
    assert.equal(kalshi!.breaker.lastError?.class, "network");
    assert.equal(revenue!.state, "degraded");
    assert.equal(revenue!.breaker.lastError?.class, "clock_unconfirmed");
    assert.match(revenue!.breaker.lastError!.message, /no upstream has sent a Date/);
    assert.equal(revenue!.lastSuccessAt, null);
    agreedAt = performance.now();
    await until(() => walk(log).length > 0, "the breaker's state");
    await until(() => polls.statuses()[2]!.state === "ok", "ok");
    assert.deepEqual(types(log).slice(0, 2), ["/kalshi source.bound", "/revenue source.bound"]);
    assert.ok(types(log).includes("/revenue revenue.totals.observed"));
    assert.equal(types(log).filter((type) => type.endsWith("source.bound")).length, 2);
  });
});

Deno.test("Poller binds every source as soon as one answers, in the middle of a long poll or with an error", async () => {
  for (const fails of [false, true]) {
    await place(async ({ log, poller }) => {
      let agreedAt: number | null = null;
      const only: Source["units"][number]["poll"] = ({ progress, signal }) => {
        agreedAt = performance.now();
        if (fails) return Promise.reject(new UpstreamError("server_error", "it answered 500"));
        progress(1);
        return hanging({ signal });
      };
      const answering = fakeSource(only, { dateAgreedAt: () => agreedAt, intervalMs: 60_000 });
      const silent = fakeSource(hanging, {
        name: "kalshi",
        source: "/kalshi",
        dateAgreedAt: () => null,
        intervalMs: 60_000,
      });
      poller([answering, silent]).start();
      await until(() => log.head().position > 0, "bound");
      assert.deepEqual(types(log), ["/revenue source.bound", "/kalshi source.bound"]);
    });
  }
});

Deno.test("Poller records no recovery of a breaker that opened before anything could be recorded", async () => {
  await place(async ({ log, poller }) => {
    let fails = true;
    let agreedAt: number | null = null;
    const source = fakeSource(() => {
      if (fails) return Promise.reject(new UpstreamError("network", "down"));
      agreedAt = performance.now();
      return Promise.resolve(poll());
    }, { dateAgreedAt: () => agreedAt });
    const polls = poller([source]);
    polls.start();
    await until(() => polls.statuses()[2]!.breaker.state === "OPEN", "open");
    fails = false;
    await until(() => polls.statuses()[2]!.breaker.state === "CLOSED", "closed");
    await until(() => polls.statuses()[2]!.breaker.openedAt === null, "told");
    assert.deepEqual(types(log), ["/revenue source.bound", "/revenue source.backfilled"]);
  });
});

Deno.test("Poller goes on at once with a source that waited only for another upstream's Date", async () => {
  await place(async ({ log, poller }) => {
    let agreedAt: number | null = null;
    const silent = fakeSource(() => Promise.resolve(poll([totals("1")])), {
      dateAgreedAt: () => null,
      intervalMs: 60_000,
    });
    const late = fakeSource(async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      agreedAt = performance.now();
      return poll();
    }, { name: "kalshi", source: "/kalshi", dateAgreedAt: () => agreedAt, intervalMs: 60_000 });
    const started = performance.now();
    poller([silent, late]).start();
    await until(() => eventsOf(log, "pnl.revenue.totals.observed.v1").length === 1, "totals");
    assert.ok(performance.now() - started < 2_000);
  });
});

Deno.test("Poller started under a wrong wall clock leaves nothing of it in the log once it is put right", async () => {
  await place(async ({ clock, log, poller }) => {
    const right = new OffsetClock();
    clock.offsetMs = 400 * DAY_MS;
    await using server = upstream(
      ({ url }) =>
        Response.json(
          url.includes("cost_report")
            ? { data: [], has_more: false, next_page: null }
            : { invoiced: "5", collected: "5" },
        ),
      right,
    );
    const options = { baseUrl: server.url, clock, intervalMs: 5, retry: { retries: 0 } };
    const polls = poller([
      revenueSource({ ...options, token: "t" }),
      anthropicSource({ ...options, adminKey: "k" }),
    ]);
    polls.start();
    await until(
      () => polls.statuses().slice(1).every(({ breaker }) => breaker.state === "OPEN"),
      "both open",
    );
    assert.equal(log.head().position, 0);
    assert.equal(polls.statuses()[2]!.breaker.lastError?.class, "clock_skew");
    clock.offsetMs = 0;
    await until(() => polls.statuses().slice(1).every(({ state }) => state === "ok"), "ok");
    const soon = new Date(right.now() + 60_000).toISOString();
    for (const { time, recordedtime } of eventsOf(log)) {
      assert.ok(time < soon && recordedtime < soon);
    }
    const bound = eventsOf(log, "pnl.source.bound.v1").find(({ source }) =>
      source === "/anthropic"
    );
    const year = new Date(right.now()).getUTCFullYear();
    assert.deepEqual(bound?.data, {
      origin: server.url,
      account: "default",
      since: `${year}-01-01`,
    });
  });
});

Deno.test("Poller keeps nothing after a jump of the wall clock until an upstream agrees with it", async () => {
  for (const jumpMs of [600_000, -600_000]) {
    await place(async ({ clock, log, poller }) => {
      let amount = 0;
      let agrees = true;
      const moving = fakeSource(() => Promise.resolve(poll([totals(String(++amount))])), {
        dateAgreedAt: () => agrees ? clock.monotonic() : null,
      });
      const polls = poller([moving]);
      polls.start();
      await until(() => amount > 3, "polls");
      agrees = false;
      clock.offsetMs = jumpMs;
      const { position } = log.head();
      await until(() => polls.statuses()[2]!.state === "degraded", "degraded");
      const seen = amount;
      await until(() => amount > seen + 3, "further polls");
      assert.equal(log.head().position, position);
      assert.equal(polls.isClockTrusted(), false);
      const { lastError, state } = polls.statuses()[2]!.breaker;
      assert.deepEqual([lastError?.class, state], ["clock_jumped", "CLOSED"]);
      assert.match(lastError?.message ?? "", /jumped by -?600 s/);
      agrees = true;
      await until(() => polls.statuses()[2]!.state === "ok", "ok");
      assert.ok(log.head().position > position && polls.isClockTrusted());
      assert.equal(polls.statuses()[2]!.breaker.lastError, null);
    });
  }
});

Deno.test("Poller appends nothing of a poll during which the wall clock jumped, a probe's success neither", async () => {
  for (const failures of [0, 3]) {
    await place(async ({ clock, log, poller }) => {
      let polled = 0;
      const source = fakeSource(() => {
        if (polled++ < failures) return Promise.reject(new UpstreamError("network", "down"));
        clock.offsetMs = 600_000;
        return Promise.resolve(poll([totals("1")]));
      }, { dateAgreedAt: () => clock.offsetMs === 0 ? clock.monotonic() : null });
      const polls = poller([source]);
      polls.start();
      await until(() => polls.statuses()[2]!.breaker.lastError?.class === "clock_jumped", "paused");
      assert.deepEqual(eventsOf(log, "pnl.revenue.totals.observed.v1"), []);
      assert.deepEqual(
        walk(log).map((step) => step.split(" ")[0]),
        failures === 0 ? [] : ["OPEN", "HALF_OPEN"],
      );
    });
  }
});

Deno.test("Poller tries an open breaker after its time, though the wall clock was set back meanwhile", async () => {
  await place(async ({ log, poller }) => {
    const machine = Date.now;
    try {
      // The breaker's library reads the machine's clock, so that is the one to be ahead here.
      Date.now = () => machine() + 86_400_000;
      let failing = true;
      const source = fakeSource(() =>
        failing ? Promise.reject(new UpstreamError("timeout", "slow")) : Promise.resolve(poll())
      );
      const polls = poller([source], { breakerResetMs: 100 });
      polls.start();
      await until(() => polls.statuses()[2]!.breaker.state === "OPEN", "open");
      Date.now = machine;
      failing = false;
      await until(() => polls.statuses()[2]!.state === "ok", "closed again", 3_000);
      assert.equal(walk(log).at(-1), "CLOSED null 0");
    } finally {
      Date.now = machine;
    }
  });
});

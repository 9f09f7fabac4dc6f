import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { Poller } from "./poller.ts";
import { type Source, UpstreamError } from "./source.ts";
import { place, walk } from "./test_poller.ts";
import { eventsOf, fakeSource, poll, totals, until } from "./testing.ts";

function other(name: "kalshi" | "anthropic", polled: () => void): Source {
  return fakeSource(() => {
    polled();
    return Promise.resolve(poll());
  }, { name, source: `/${name}` });
}

Deno.test("Poller walks CLOSED, OPEN, HALF_OPEN, OPEN, HALF_OPEN, CLOSED, each step in the log", async () => {
  await place(async ({ log, poller }) => {
    let failing = true;
    let tries = 0;
    const source = fakeSource(() => {
      tries++;
      return failing
        ? Promise.reject(new UpstreamError("server_error", "it answered 500"))
        : Promise.resolve(poll([totals("5")]));
    });
    const polls = poller([source]);
    polls.start();
    await until(() => walk(log).length === 1, "open");
    assert.equal(tries, 3);
    const { breaker, state } = polls.statuses()[2]!;
    assert.equal(state, "degraded");
    assert.equal(breaker.state, "OPEN");
    assert.equal(breaker.consecutiveFailures, 3);
    assert.equal(breaker.lastError?.class, "server_error");
    assert.equal(Date.parse(breaker.nextAttemptAt!) - Date.parse(breaker.openedAt!), 60);
    await until(() => walk(log).length >= 3, "half-open and open again");
    assert(tries <= 5, "an open breaker asks nothing");
    failing = false;
    await until(() => walk(log).at(-1)?.startsWith("CLOSED") ?? false, "closed");
    const steps = walk(log);
    assert.deepEqual(steps.slice(0, 3), [
      "OPEN server_error 3",
      "HALF_OPEN server_error 3",
      "OPEN server_error 4",
    ]);
    assert.deepEqual(steps.slice(-2).map((step) => step.split(" ")[0]), ["HALF_OPEN", "CLOSED"]);
    await until(() => polls.statuses()[2]!.state === "ok", "ok");
    assert.equal(polls.statuses()[2]!.breaker.lastError, null);
    assert.equal(eventsOf(log, "pnl.revenue.totals.observed.v1").length, 1);
  });
});

Deno.test("Poller polls the others on their interval while one hangs and one is down", async () => {
  await place(async ({ poller }) => {
    let polled = 0;
    const hanging = fakeSource(({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      }), { name: "anthropic", source: "/anthropic" });
    const down = fakeSource(() => Promise.reject(new UpstreamError("network", "down")));
    const polls = poller([hanging, down, other("kalshi", () => polled++)]);
    polls.start();
    await until(() => polled >= 20, "twenty polls");
    const [kalshi, anthropic, revenue] = polls.statuses();
    assert.equal(kalshi!.state, "ok");
    assert.equal(anthropic!.state, "backfilling");
    assert.equal(revenue!.state, "degraded");
    const started = performance.now();
    await polls.stop();
    assert(performance.now() - started < 1_000);
    assert(polls.statuses().every(({ state }) => state === "stopped"));
    const after = polled;
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(polled, after);
  });
});

Deno.test("Poller shows what a key may not read; the source stays fresh without an optional unit, not without its facts", async () => {
  for (const [refused, staysFresh] of [["optional", true], ["facts", false]] as const) {
    await place(async ({ poller }) => {
      let isRefused = false;
      let polled = 0;
      const unit = (name: string) => ({
        name,
        poll: () => {
          polled++;
          return isRefused && name === refused
            ? Promise.reject(new UpstreamError("unauthorized", `${name} answered 403`))
            : Promise.resolve(poll());
        },
      });
      const units = [unit("facts"), unit("optional")];
      const polls = poller([fakeSource(units[0]!.poll, { units })]);
      const status = () => polls.statuses()[2]!;
      polls.start();
      await until(() => status().state === "ok", "ok");
      isRefused = true;
      await until(() => status().state === "degraded", "degraded");
      const { lastSuccessAt } = status();
      const seen = polled;
      await until(() => polled > seen + 20, "ten more rounds, of both units");
      assert.equal(status().lastSuccessAt! > lastSuccessAt!, staysFresh, refused);
      assert.equal(status().state, "degraded");
      assert.equal(status().breaker.lastError?.message, `${refused} answered 403`);
    });
  }
});

Deno.test("Poller never polls a source twice at once", async () => {
  await place(async ({ poller }) => {
    let running = 0;
    let most = 0;
    let polled = 0;
    const source = fakeSource(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 15));
      running--;
      polled++;
      return poll();
    }, { intervalMs: 1 });
    poller([source]).start();
    await until(() => polled >= 5, "five polls");
    assert.equal(most, 1);
  });
});

Deno.test("Poller closes what an earlier process left open, in the log", async () => {
  await place(async ({ log, poller }) => {
    let failing = true;
    const source = fakeSource(() =>
      failing ? Promise.reject(new UpstreamError("timeout", "slow")) : Promise.resolve(poll())
    );
    const first = poller([source], { breakerResetMs: 60_000 });
    first.start();
    await until(() => walk(log).length === 1, "open");
    await first.stop();
    failing = false;
    poller([source]).start();
    await until(() => walk(log).length === 2, "closed");
    assert.deepEqual(walk(log), ["OPEN timeout 3", "CLOSED null 0"]);
  });
});

Deno.test("Poller goes on where the log fails, without blaming the upstream", async () => {
  await place(async ({ log, poller }) => {
    let failing = false;
    let amount = 0;
    const append = log.append.bind(log);
    log.append = (batch) => {
      if (failing) throw new Error("disk full");
      return append(batch);
    };
    const polls = poller([fakeSource(() => Promise.resolve(poll([totals(String(++amount))])))]);
    polls.start();
    await until(() => amount > 2, "polls");
    failing = true;
    const seen = amount;
    await until(() => amount > seen + 6, "polls of a failing log");
    const { state, breaker } = polls.statuses()[2]!;
    assert.deepEqual([state, breaker.state, breaker.lastError?.class], [
      "degraded",
      "CLOSED",
      "internal",
    ]);
    assert.doesNotMatch(
      breaker.lastError?.message ?? "",
      /disk full/,
      "what failed is for the log",
    );
    failing = false;
    await until(() => polls.statuses()[2]!.state === "ok", "ok");
    assert.deepEqual(walk(log), []);
  });
});

Deno.test("Poller reads everything again where the log is not the one of its cursors", async () => {
  await place(async ({ clock, state, poller, log }) => {
    const cursors: (string | null)[] = [];
    const source = fakeSource(({ cursor }) => {
      cursors.push(cursor);
      return Promise.resolve(poll([totals("1")]));
    });
    poller([source]).start();
    await until(() => cursors.length >= 2, "two polls");
    assert.deepEqual(cursors.slice(0, 2), [null, "1"]);
    await poller([]).stop();
    const same = poller([source]);
    cursors.length = 0;
    same.start();
    await until(() => cursors.length >= 1, "a poll");
    assert.equal(cursors[0], "1");
    await same.stop();
    const another = new MemoryEventLog({ clock, id: "another" });
    const elsewhere = new Poller({ sources: [source], log: another, state, clock });
    cursors.length = 0;
    elsewhere.start();
    await until(() => cursors.length >= 1, "a poll");
    await elsewhere.stop();
    assert.equal(cursors[0], null);
    assert.notEqual(another.id, log.id);
  });
});

Deno.test("Poller.halt() lets nothing more into the log, not even what is on its way, and says why", async () => {
  await place(async ({ log, poller }) => {
    let polled = 0;
    let answer = () => {};
    const slow = fakeSource(async () => {
      // It takes no notice of the signal, as an answer that is here already.
      if (++polled > 1) await new Promise<void>((resolve) => answer = resolve);
      return poll([totals(String(polled))]);
    });
    const polls = poller([slow]);
    polls.start();
    await until(() => polled === 2, "a poll that hangs");
    const before = log.head().position;
    polls.halt(Object.assign(new Error("Another writes"), { code: "lease_held" }));
    answer();
    await polls.stop();
    assert.equal(log.head().position, before);
    const { state, breaker } = polls.statuses()[2]!;
    assert.equal(state, "stopped");
    const { class: errorClass, message } = breaker.lastError!;
    assert.deepEqual([errorClass, message], ["lease_held", "Another writes"]);
  });
});

Deno.test("Poller says why it does not begin", async () => {
  await place(async ({ poller }) => {
    const bound = poller([fakeSource(() => Promise.resolve(poll()))]);
    bound.start();
    await until(() => bound.statuses()[2]!.state === "ok", "ok");
    await bound.stop();
    const contradicted = poller([
      fakeSource(() => Promise.resolve(poll()), { bound: { account: "second" } }),
    ]);
    contradicted.start();
    await until(() => contradicted.statuses()[2]!.state === "stopped", "stopped");
    assert.match(contradicted.statuses()[2]!.breaker.lastError!.message, /bound to/);
    assert.equal(contradicted.statuses()[0]!.state, "not_configured");
  });
});

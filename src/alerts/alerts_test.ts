import assert from "node:assert/strict";
import { textOf, withLogs } from "../log/test_logs.ts";
import { startTestServer, type TestServer } from "../http/test_server.ts";
import type { Snapshot } from "../pnl/snapshot_schema.ts";
import type { Surroundings } from "./condition.ts";
import { Alerts } from "./alerts.ts";
import type { AlertMessage } from "./payload.ts";
import type { Rule } from "./rules.ts";
import {
  isGenuine,
  receiverAt,
  so,
  startReceiver,
  type TestReceiver,
  whileFull,
  withState,
} from "./testing.ts";

const RULE: Rule = {
  name: "high",
  when: { metric: "revenue.collected", op: ">", value: "100" },
  forSeconds: 0,
  every: null,
  webhook: "hook",
};

/** Real alerts beside a real server. */
interface Bed {
  readonly server: TestServer;
  readonly hook: TestReceiver;
  /** Of `state.db`. */
  readonly path: string;
  /** Something is collected in a window, and the next window begins. */
  collect(amount: string): Promise<void>;
  /** Whether the snapshots lack nothing that is known to have happened. */
  confirmed: boolean;
  /** Runs alerts until the work is done, as a process would. */
  running(work: (alerts: Alerts) => Promise<void>): Promise<void>;
}

async function withBed(
  rules: readonly Rule[],
  test: (bed: Bed) => Promise<void>,
  stalls: Surroundings["stalls"] = [],
): Promise<void> {
  await using server = await startTestServer();
  await using hook = startReceiver();
  await withState(async (path) => {
    const { clock, projector: projection } = server;
    const receivers = [receiverAt(hook.url)];
    const running = async (work: (alerts: Alerts) => Promise<void>) => {
      using alerts = await Alerts.open({ rules, receivers, path, clock, mode: "live" });
      const isConfirmed = () => bed.confirmed;
      const { statuses } = server.deps;
      const stop = alerts.start({ projection, statuses, stalls: () => stalls, isConfirmed });
      try {
        await work(alerts);
      } finally {
        await stop();
      }
    };
    const collect = async (amount: string) => {
      await server.collect(amount);
      clock.step(5_000);
    };
    const bed: Bed = { server, hook, path, running, collect, confirmed: true };
    await test(bed);
  });
}

function bodies({ got }: TestReceiver): AlertMessage[] {
  return got.map(({ body }) => JSON.parse(body));
}

function statusOf(alerts: Alerts): string | undefined {
  return alerts.health().rules[0]?.status;
}

/** Time enough for two looks. */
const looks = () => new Promise((resolve) => setTimeout(resolve, 2_200));

Deno.test("Alerts tell that a figure crossed its threshold, and that it came back", async () => {
  await withBed([RULE], async ({ hook, running, collect }) => {
    await running(async () => {
      await collect("50");
      await collect("150.50");
      await collect("160");
      await so(() => hook.got.length === 1);
      await collect("90");
      await collect("91");
      await so(() => hook.got.length === 2);
    });
    const [firing, resolved] = bodies(hook);
    assert.equal(firing?.type, "pnl.alert.firing");
    assert.match(firing.timestamp, /^2026-11-22T10:00:\d\d\.000Z$/);
    const { pos, since, ...data } = firing.data;
    assert.match(pos!, /^[0-9a-f]{16}:\d+$/);
    assert.equal(since, firing.timestamp);
    assert.deepEqual(data, {
      ...{ rule: "high", when: RULE.when, value: "150.50", threshold: "100", repeated: false },
      ...{ position: 3, mode: "live" },
    });
    assert.deepEqual([resolved?.type, resolved?.data.value, resolved?.data.since], [
      ...["pnl.alert.resolved", "90.00", since],
    ]);
    for (const got of hook.got) assert.ok(await isGenuine(got));
  });
});

Deno.test("Alerts judge a window that is over, though no event follows", async () => {
  await withBed([RULE], async ({ server, hook, running }) => {
    await running(async (alerts) => {
      await server.collect("150");
      await looks();
      assert.equal(statusOf(alerts), "ok", "the window may bring more");
      server.clock.step(6_000);
      await so(() => hook.got.length === 1);
    });
  });
});

Deno.test("Alerts judge a window a second after it is over, and not before", async () => {
  await withBed([RULE], async ({ server, hook, running }) => {
    await running(async (alerts) => {
      await server.collect("150");
      const snapshot: Snapshot = JSON.parse(server.projector.current()!.json);
      server.clock.step(Date.parse(snapshot.window.end) + 999 - server.clock.now());
      await looks();
      assert.equal(statusOf(alerts), "ok", "the window may bring more");
      server.clock.step(1);
      await so(() => hook.got.length === 1);
    });
  });
});

Deno.test("Alerts take no answer from snapshots that newer events may be missing from", async () => {
  await withBed([RULE], async (bed) => {
    bed.confirmed = false;
    await bed.running(async (alerts) => {
      await bed.collect("150");
      await bed.collect("151");
      bed.server.clock.step(6_000);
      await looks();
      assert.equal(statusOf(alerts), "ok");
      bed.confirmed = true;
      await so(() => bed.hook.got.length === 1);
    });
  });
});

Deno.test("Alerts hold a figure that flaps until it has held for forSeconds", async () => {
  await withBed([{ ...RULE, forSeconds: 12 }], async ({ server, hook, running, collect }) => {
    await running(async (alerts) => {
      for (const amount of ["150", "50", "151", "51", "152", "52"]) await collect(amount);
      await looks();
      assert.equal(hook.got.length, 0);
      await collect("153");
      await collect("154");
      await so(() => statusOf(alerts) === "pending");
      server.clock.step(13_000);
      await so(() => hook.got.length === 1);
      assert.equal(statusOf(alerts), "firing");
    });
  });
});

Deno.test("Alerts are not told again by a restart, and none is lost by one", async () => {
  await withBed([{ ...RULE, forSeconds: 60 }], async ({ server, hook, running, collect }) => {
    await running(async (alerts) => {
      await collect("150");
      await collect("151");
      await so(() => statusOf(alerts) === "pending");
    });
    server.clock.step(60_000);
    hook.answers.push(() => new Response(null, { status: 500 }));
    await running(async (alerts) => {
      await so(() => hook.got.length === 1 && alerts.health().webhooks[0]!.state === "failing");
    });
    server.clock.step(6_000);
    await running(async (alerts) => {
      await so(() => alerts.health().webhooks[0]!.state === "ok");
      await looks();
    });
    await running(async (alerts) => {
      assert.equal(statusOf(alerts), "firing");
      await looks();
    });
    assert.equal(new Set(hook.got.map(({ headers }) => headers.get("webhook-id"))).size, 1);
    assert.equal(hook.got.length, 2);
    await running(async () => {
      await collect("10");
      await collect("11");
      await so(() => hook.got.length === 3);
    });
    assert.equal(bodies(hook)[2]!.type, "pnl.alert.resolved");
  });
});

Deno.test("Alerts repeat while a condition of time holds, and resolve it when it is over", async () => {
  const stalls = [{ part: "pushing", reason: "pushing_stopped" }];
  const rule: Rule = { ...RULE, when: { watchdog: "any" }, every: 60 };
  await withBed([rule], async ({ server, hook, running }) => {
    await running(async () => {
      await so(() => hook.got.length === 1);
      server.clock.step(61_000);
      await so(() => hook.got.length === 2);
      stalls.pop();
      await so(() => hook.got.length === 3);
    });
    const told = bodies(hook).map(({ type, data }) => [type, data.repeated, data.value]);
    assert.deepEqual(told, [
      ["pnl.alert.firing", false, "pushing_stopped"],
      ["pnl.alert.firing", true, "pushing_stopped"],
      ["pnl.alert.resolved", false, null],
    ]);
  }, stalls);
});

Deno.test("Alerts go on while state.db takes nothing: each change is told once, and is sent when it does", async () => {
  await withLogs((records) =>
    withBed([{ ...RULE, every: 60 }], async ({ server, hook, path, running, collect }) => {
      const said = (what: string) => records.filter((each) => textOf(each).includes(what)).length;
      const cannot = "error Cannot judge the alerts, or cannot keep what they come to";
      const again = "info The alerts are judged and kept again";
      let fired = "";
      await running(async (alerts) => {
        await whileFull(path, async () => {
          await collect("150");
          await collect("151");
          await so(() => said(cannot) === 1);
          fired = new Date(server.clock.now()).toISOString();
          await looks();
          assert.deepEqual([statusOf(alerts), said("warning Alert high: firing")], ["firing", 1]);
          server.clock.step(61_000);
          await so(() => said("warning Alert high: repeated") === 1);
          await collect("90");
          await collect("91");
          await looks();
          assert.deepEqual([statusOf(alerts), said("warning Alert high: resolved")], ["ok", 1]);
          assert.deepEqual([said(cannot), said(again), hook.got.length], [1, 0, 0]);
        });
        await so(() => hook.got.length === 2);
        assert.equal(said(again), 1);
      });
      const told = bodies(hook).map(({ type, data: { value } }) => `${type} ${value}`);
      assert.deepEqual(told, ["pnl.alert.firing 150.00", "pnl.alert.resolved 90.00"]);
      assert.ok(bodies(hook)[0]!.timestamp <= fired, "it has the time of when it was so");
    })
  );
});

Deno.test("Alerts keep the newest hundred changes of a rule while state.db takes nothing", async () => {
  await withBed([RULE], async ({ hook, path, running, collect }) => {
    await running(async (alerts) => {
      await whileFull(path, async () => {
        for (let times = 0; times < 60; times++) {
          await collect("150");
          await collect("50");
        }
        await collect("149");
        await collect("148");
        await so(() => statusOf(alerts) === "firing");
      });
      await so(() => hook.got.length === 100);
      await looks();
    });
    assert.equal(hook.got.length, 100);
    const values = bodies(hook).map(({ data }) => data.value);
    assert.deepEqual(values.slice(-3), ["150.00", "50.00", "149.00"]);
    await running(async (alerts) => {
      assert.equal(statusOf(alerts), "firing");
      await Promise.resolve();
    });
  });
});

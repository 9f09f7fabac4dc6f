import assert from "node:assert/strict";
import type { LogRecord } from "@logtape/logtape";
import { textOf, withLogs } from "../log/test_logs.ts";
import { SteppedClock } from "../projection/testing.ts";
import { AlertStore } from "./alert_store.ts";
import { Courier, type CourierOptions } from "./courier.ts";
import {
  isGenuine,
  message,
  receiverAt,
  so,
  startReceiver,
  whileFull,
  whileUnreadable,
  withState,
  withStore,
} from "./testing.ts";

const status = (code: number, headers: HeadersInit = {}) => () =>
  new Response(null, { status: code, headers });

/** Runs a courier while something is done. */
async function delivering(options: CourierOptions, work: (courier: Courier) => Promise<void>) {
  const courier = new Courier({ random: () => 0, ...options });
  const stop = courier.start();
  try {
    await work(courier);
  } finally {
    await stop();
  }
}

Deno.test("Courier delivers a message once, signed as the specification says", async () => {
  await using hook = startReceiver();
  await withStore(async (store) => {
    const clock = new SteppedClock();
    store.add(message("msg_1"), clock.now());
    await delivering({ store, receivers: [receiverAt(hook.url)], clock }, async (courier) => {
      await so(() => store.deliveries(1)[0]?.status === "delivered");
      courier.wake();
      await so(() => courier.health[0]?.state === "ok");
    });
    assert.equal(hook.got.length, 1);
    const [got] = hook.got;
    assert.ok(await isGenuine(got!));
    assert.ok(!await isGenuine({ ...got!, body: `${got!.body} ` }));
    assert.equal(got!.headers.get("webhook-id"), "msg_1");
    assert.equal(got!.headers.get("webhook-timestamp"), String(Math.floor(clock.now() / 1000)));
    assert.equal(got!.headers.get("content-type"), "application/json");
  });
});

Deno.test("Courier tries again after errors and a timeout, under the same id, signed anew", async () => {
  await using hook = startReceiver();
  const late = Promise.withResolvers<Response>();
  hook.answers.push(status(500), () => late.promise, status(429, { "retry-after": "300" }));
  await withStore(async (store) => {
    const clock = new SteppedClock();
    store.add(message("msg_1"), clock.now());
    const receivers = [receiverAt(hook.url)];
    const results: string[] = [];
    await delivering({ store, receivers, clock, timeoutMs: 300 }, async (courier) => {
      for (let attempt = 1; attempt <= 4; attempt++) {
        await so(() => store.deliveries(1)[0]?.attempts === attempt);
        const { result, nextAt } = store.deliveries(1)[0]!;
        results.push(`${result}, ${nextAt === null ? "done" : (nextAt - clock.now()) / 1000}`);
        courier.wake();
        assert.equal(hook.got.length, attempt, "nothing is sent before its time");
        if (nextAt !== null) clock.step(nextAt - clock.now());
        courier.wake();
      }
      late.resolve(new Response());
    });
    assert.deepEqual(results, [
      "status 500, 5",
      "timeout, 30",
      "status 429, 300",
      "status 204, done",
    ]);
    const ids = new Set(hook.got.map(({ headers }) => headers.get("webhook-id")));
    const times = new Set(hook.got.map(({ headers }) => headers.get("webhook-timestamp")));
    assert.deepEqual([ids.size, times.size], [1, 4]);
    for (const got of hook.got) assert.ok(await isGenuine(got));
  });
});

Deno.test("Courier goes on after a restart where it was, and gives up after a day", async () => {
  await using hook = startReceiver();
  await withState(async (path) => {
    const clock = new SteppedClock();
    const from = clock.now();
    const receivers = [receiverAt(hook.url)];
    {
      using store = await AlertStore.open(path);
      store.add(message("msg_1"), clock.now());
    }
    for (let attempt = 1; attempt <= 11; attempt++) {
      hook.answers.push(status(503));
      using store = await AlertStore.open(path);
      await delivering({ store, receivers, clock }, async (courier) => {
        await so(() => store.deliveries(1)[0]?.attempts === attempt);
        courier.wake();
        assert.equal(courier.health[0]!.state, "failing");
      });
      const { nextAt } = store.deliveries(1)[0]!;
      if (nextAt !== null) clock.step(nextAt - clock.now());
    }
    using store = await AlertStore.open(path);
    assert.equal(store.deliveries(1)[0]!.status, "failed");
    assert.equal(store.standing("hook", clock.now()).givenUp, 1);
    assert.equal(store.standing("hook", clock.now() + 24 * 3_600_000).givenUp, 0, "a day later");
    assert.ok(clock.now() - from >= 24 * 3_600_000);
    assert.equal(hook.got.length, 11);
  });
});

Deno.test("Courier leaves a receiver alone that is asked too much, and then goes on with all that waits", async () => {
  const date = new Date(new SteppedClock().now() + 90_000).toUTCString();
  const late = ["90", date].map((asked) => status(503, { "retry-after": asked }));
  const busy = [status(429), status(502), status(504), ...late];
  for (const [index, answer] of busy.entries()) {
    await using hook = startReceiver();
    hook.answers.push(answer);
    await withStore(async (store) => {
      const clock = new SteppedClock();
      for (const rule of ["a", "b", "c"]) store.add(message(`msg_${rule}`, rule), clock.now());
      await delivering({ store, receivers: [receiverAt(hook.url)], clock }, async (courier) => {
        await so(() => store.deliveries(3).some(({ attempts }) => attempts === 1));
        clock.step(index >= 3 ? 89_000 : 4_000);
        courier.wake();
        await so(() => courier.health[0]?.state === "failing");
        assert.equal(hook.got.length, 1, "the others wait too");
        clock.step(1_000);
        courier.wake();
        await so(() => store.standing("hook", clock.now()).waiting === 0);
      });
      assert.equal(hook.got.length, 4);
    });
  }
});

Deno.test("Courier follows no redirect", async () => {
  await using hook = startReceiver();
  await using other = startReceiver();
  hook.answers.push(status(307, { location: other.url }));
  await withStore(async (store) => {
    const clock = new SteppedClock();
    store.add(message("msg_1"), clock.now());
    await delivering({ store, receivers: [receiverAt(hook.url)], clock }, async () => {
      await so(() => store.deliveries(1)[0]?.attempts === 1);
    });
    assert.equal(store.deliveries(1)[0]!.result, "redirect 307");
    assert.equal(other.got.length, 0);
  });
});

Deno.test("Courier sends nothing more to a receiver that answered 410, until its address is another", async () => {
  await using hook = startReceiver();
  hook.answers.push(status(410));
  await withStore(async (store) => {
    const clock = new SteppedClock();
    for (const id of ["msg_1", "msg_2"]) store.add(message(id), clock.now());
    await delivering({ store, receivers: [receiverAt(hook.url)], clock }, async (courier) => {
      await so(() => courier.health[0]?.state === "disabled");
      store.add(message("msg_3"), clock.now());
      await so(() => store.deliveries(1)[0]?.status === "failed");
    });
    const results = store.deliveries(9).map(({ result }) => result);
    assert.deepEqual(results, ["webhook_disabled", "webhook_disabled", "status 410"]);
    assert.equal(hook.got.length, 1);
    store.add(message("msg_4"), clock.now());
    await delivering({ store, receivers: [receiverAt(`${hook.url}/2`)], clock }, async () => {
      await so(() => store.deliveries(1)[0]?.status === "delivered");
    });
  });
});

Deno.test("Courier keeps the order of a rule's messages, and lets no other rule wait for them", async () => {
  await using hook = startReceiver();
  hook.answers.push(status(500));
  await withStore(async (store) => {
    const clock = new SteppedClock();
    store.add(message("msg_1", "a"), clock.now());
    store.add(message("msg_2", "a"), clock.now());
    store.add(message("msg_3", "b"), clock.now());
    await delivering({ store, receivers: [receiverAt(hook.url)], clock }, async (courier) => {
      await so(() => store.standing("hook", clock.now()).waiting === 2);
      clock.step(5_000);
      courier.wake();
      await so(() => store.standing("hook", clock.now()).waiting === 0);
    });
    const ids = hook.got.map(({ headers }) => headers.get("webhook-id"));
    assert.deepEqual(ids, ["msg_1", "msg_3", "msg_1", "msg_2"]);
  });
});

Deno.test("Courier that ends on its way leaves the message for the next start", async () => {
  await using hook = startReceiver();
  const late = Promise.withResolvers<Response>();
  hook.answers.push(() => late.promise);
  const work = (records: readonly LogRecord[]) =>
    withStore(async (store) => {
      const clock = new SteppedClock();
      store.add(message("msg_1"), clock.now());
      const options = { store, receivers: [receiverAt(hook.url)], clock };
      await delivering(options, () => so(() => hook.got.length === 1));
      late.resolve(new Response());
      assert.deepEqual(records.map(textOf), [], "that is no failure");
      assert.deepEqual(store.deliveries(1).map(({ status, attempts }) => [status, attempts]), [
        ["waiting", 0],
      ]);
      await delivering(options, () => so(() => store.deliveries(1)[0]!.status === "delivered"));
      assert.equal(hook.got.length, 2);
    });
  await withLogs(work);
});

Deno.test("Courier sends nothing again because what came of it cannot be saved, and saves it later", async () => {
  const answers = [status(204), status(500), status(410)];
  const wanted = ["delivered 1", "waiting 1", "failed 1"];
  for (const [index, answer] of answers.entries()) {
    await using hook = startReceiver();
    hook.answers.push(answer);
    const work = (records: LogRecord[]) =>
      withState(async (path) => {
        using store = await AlertStore.open(path);
        const clock = new SteppedClock();
        store.add(message("msg_1", "a"), clock.now());
        store.add(message("msg_2", "b"), clock.now());
        const receivers = [receiverAt(hook.url)];
        await delivering({ store, receivers, clock }, async (courier) => {
          await whileFull(path, async () => {
            courier.wake();
            for (let look = 0; look < 5; look++) {
              await so(() => hook.got.length > 0);
              await new Promise((resolve) => setTimeout(resolve, 50));
              // Less than the five seconds after which an error is tried again.
              clock.step(500);
              courier.wake();
            }
            assert.equal(hook.got.length, 1, "nothing else is sent before it is saved");
          });
          courier.wake();
          await so(() => store.deliveries(2)[1]!.attempts === 1);
          const first = store.deliveries(2)[1]!;
          assert.equal(`${first.status} ${first.attempts}`, wanted[index]);
          if (index < 2) await so(() => hook.got.length > 1);
          else await so(() => courier.health[0]!.state === "disabled");
        });
        assert.equal(hook.got.filter(({ body }) => body.includes("msg_1")).length, 1);
        const told = records.filter((each) => textOf(each).includes("Cannot deliver"));
        assert.equal(told.length, 1, "it is told once");
      });
    await withLogs(work);
  }
});

Deno.test("Courier tells once that it cannot read state.db, and once that it can again", async () => {
  await using hook = startReceiver();
  await withLogs((records) =>
    withState(async (path) => {
      using store = await AlertStore.open(path);
      const clock = new SteppedClock();
      const said = (what: string) => records.filter((each) => textOf(each).includes(what)).length;
      const count = () => ({
        reading: said("error Cannot read how alerts are delivered"),
        delivering: said("error Cannot deliver alerts to hook"),
        readAgain: said("info How alerts are delivered can be read again"),
        deliveredAgain: said("info Alerts are delivered to hook again"),
      });
      const cannot = { reading: 1, delivering: 1, readAgain: 0, deliveredAgain: 0 };
      await delivering({ store, receivers: [receiverAt(hook.url)], clock }, async (courier) => {
        await whileUnreadable(path, async () => {
          for (let look = 0; look < 20; look++) {
            courier.wake();
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          assert.deepEqual(count(), cannot);
        });
        for (let look = 0; look < 3; look++) {
          courier.wake();
          await so(() => said("Alerts are delivered to hook again") === 1);
        }
        assert.deepEqual(count(), { ...cannot, readAgain: 1, deliveredAgain: 1 });
      });
    })
  );
});

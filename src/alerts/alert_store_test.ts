import assert from "node:assert/strict";
import { AlertStore } from "./alert_store.ts";
import { INITIAL, type RuleState } from "./rule_state.ts";
import { message, whileUnreadable, withState, withStore } from "./testing.ts";

const NOW = Date.UTC(2026, 10, 22, 10);
const FIRING: RuleState = { status: "firing", since: NOW - 5, toldAt: NOW, value: "-1.00" };

Deno.test("AlertStore save() keeps states and what is told of them, over a restart", async () => {
  await withState(async (path) => {
    {
      using store = await AlertStore.open(path);
      store.save([
        { rule: "a", state: FIRING, delivery: message("msg_1", "a") },
        { rule: "b", state: INITIAL, delivery: null },
      ], NOW);
    }
    using store = await AlertStore.open(path);
    assert.deepEqual(Object.fromEntries(store.states()), { a: FIRING, b: INITIAL });
    assert.deepEqual(store.due("hook", NOW), {
      ...message("msg_1", "a"),
      ...{ status: "waiting", attempts: 0, result: null },
      ...{ createdAt: NOW, nextAt: NOW, doneAt: null },
    });
  });
});

Deno.test("AlertStore save() that fails saves nothing", async () => {
  await withState(async (path) => {
    using store = await AlertStore.open(path);
    const changes = ["a", "b"].map((rule) => ({ rule, state: FIRING, delivery: null }));
    const last = { rule: "c", state: FIRING, delivery: message("msg_1", "c") };
    await whileUnreadable(path, () => {
      assert.throws(() => store.save([...changes, last], NOW), { code: /^database_/ });
      assert.equal(store.states().size, 0);
      return Promise.resolve();
    });
  });
});

Deno.test("AlertStore save() of what was saved already sends nothing twice", async () => {
  await withStore((store) => {
    const change = { rule: "a", state: FIRING, delivery: message("msg_1", "a") };
    store.save([change], NOW);
    const attempt = { id: "msg_1", status: "delivered", result: "status 204" } as const;
    store.attempted({ ...attempt, nextAt: null, gone: null, now: NOW });
    store.save([change], NOW + 1_000);
    assert.deepEqual(store.deliveries(9).map(({ status }) => status), ["delivered"]);
    return Promise.resolve();
  });
});

Deno.test("AlertStore keeps a thousand deliveries that wait, and as many that are done", async () => {
  await withStore((store) => {
    const changes = Array.from({ length: 2_500 }, (_, n) => ({
      rule: "a",
      state: FIRING,
      delivery: message(`msg_${n}`),
    }));
    store.save(changes, NOW);
    const all = store.deliveries(5_000);
    assert.deepEqual(
      all.map(({ status }) => status).filter((each) => each === "waiting").length,
      1_000,
    );
    assert.equal(all.length, 2_000);
    assert.equal(all[0]!.id, "msg_2499", "the newest stay");
    assert.equal(all.at(-1)!.result, "too_many");
    return Promise.resolve();
  });
});

Deno.test("AlertStore keepOnly() forgets rules and webhooks that are no more, and says what was firing", async () => {
  await withStore((store) => {
    store.save([
      { rule: "a", state: FIRING, delivery: message("msg_1", "a", "old") },
      { rule: "b", state: FIRING, delivery: message("msg_2", "b") },
      { rule: "c", state: INITIAL, delivery: null },
    ], NOW);
    assert.deepEqual(store.keepOnly(new Set(["b"]), new Set(["hook"]), NOW), ["a"]);
    assert.deepEqual([...store.states().keys()], ["b"]);
    assert.deepEqual([
      store.standing("old", NOW).waiting,
      store.standing("hook", NOW).waiting,
    ], [0, 1]);
    return Promise.resolve();
  });
});

Deno.test("AlertStore due() lets nothing wait for a time that a clock set back made unreachable", async () => {
  await withStore((store) => {
    store.add(message("msg_1"), NOW + 30 * 86_400_000);
    assert.equal(store.due("hook", NOW)?.id, "msg_1");
    store.add(message("msg_2", "b"), NOW + 60_000);
    assert.equal(store.due("hook", NOW)?.id, "msg_1");
    return Promise.resolve();
  });
});

Deno.test("AlertStore standing() counts messages of rules that were given up, and no tests", async () => {
  await withStore((store) => {
    store.addDone({ ...message("msg_1"), type: "pnl.alert.test" }, "failed", "status 500", NOW);
    assert.deepEqual(store.standing("hook", NOW), { waiting: 0, isFailing: true, givenUp: 0 });
    store.addDone(message("msg_2"), "failed", "status 500", NOW);
    assert.equal(store.standing("hook", NOW).givenUp, 1);
    return Promise.resolve();
  });
});

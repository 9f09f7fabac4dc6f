import assert from "node:assert/strict";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { withLogs } from "../log/test_logs.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { anthropicSource } from "./anthropic.ts";
import { kalshiSource } from "./kalshi.ts";
import { Poller } from "./poller.ts";
import { revenueSource } from "./revenue.ts";
import { StateStore } from "./state_store.ts";
import { OffsetClock, until } from "./testing.ts";

Deno.test("Poller warns of a lasting failure once, names its class, and lets no secret into the logs", async () => {
  const clock = new OffsetClock();
  const sandbox = await startSandbox({ clock, live: false, rateLimit: false, fills: 20 });
  const dir = await Deno.makeTempDir();
  const state = await StateStore.open({ path: `${dir}/state.db` });
  const common = { clock, intervalMs: 5, retry: { retries: 0 } };
  const sources = [
    kalshiSource({ ...sandbox.kalshi, ...common }),
    anthropicSource({ ...sandbox.anthropic, ...common }),
    revenueSource({ ...sandbox.revenue, ...common }),
  ];
  const poller = new Poller({ sources, log: new MemoryEventLog({ clock }), state, clock });
  try {
    await withLogs(async (records) => {
      sandbox.faults.set("kalshi", { mode: "forbidden", path: "/deposits" });
      sandbox.faults.set("anthropic", { mode: "unauthorized" });
      sandbox.faults.set("revenue", { mode: "malformed", shape: "envelope" });
      poller.start();
      await until(() => sandbox.requests("kalshi") > 60, "ten rounds");
      await poller.stop();
      const warnings = records.filter(({ level }) => level === "warning");
      assert.deepEqual(warnings.map(({ properties }) => properties.source).sort(), [
        "anthropic",
        "kalshi",
        "revenue",
      ]);
      const kalshi = warnings.find(({ properties }) => properties.source === "kalshi");
      assert.equal((kalshi?.properties.facts as Record<string, unknown>).class, "unauthorized");
      const text = JSON.stringify(
        records,
        (_key, value) => value instanceof Error ? `${value.stack} ${value.cause}` : value,
      );
      const key = sandbox.kalshi.privateKeyPem.split("\n")[3]!;
      for (const secret of [key, sandbox.anthropic.adminKey, sandbox.revenue.token!]) {
        assert(!text.includes(secret));
      }
    });
  } finally {
    await poller.stop();
    await sandbox.stop();
    state[Symbol.dispose]();
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("Poller: a breaker that opens is an error; one that is tried again, or closes, is none", async () => {
  const clock = new OffsetClock();
  const sandbox = await startSandbox({ clock, live: false, rateLimit: false, fills: 20 });
  const dir = await Deno.makeTempDir();
  const state = await StateStore.open({ path: `${dir}/state.db` });
  const sources = [
    revenueSource({ ...sandbox.revenue, clock, intervalMs: 5, retry: { retries: 0 } }),
  ];
  const log = new MemoryEventLog({ clock });
  const poller = new Poller({
    ...{ sources, log, state, clock },
    ...{ breakerThreshold: 2, breakerResetMs: 20 },
  });
  try {
    await withLogs(async (records) => {
      const told = () =>
        records.filter(({ rawMessage }) => String(rawMessage).includes("breaker"))
          .map(({ level, properties }) => `${level} ${properties.state}`);
      sandbox.faults.set("revenue", { mode: "unauthorized" });
      poller.start();
      await until(() => told().length >= 2, "a breaker that is tried again");
      sandbox.faults.clear("revenue");
      await until(() => told().at(-1) === "info CLOSED", "a breaker that closed");
      await poller.stop();
      assert.deepEqual(told().slice(0, 2), ["error OPEN", "info HALF_OPEN"]);
      assert.ok(told().every((each) => each.startsWith("error") === each.endsWith(" OPEN")));
    });
  } finally {
    await poller.stop();
    await sandbox.stop();
    state[Symbol.dispose]();
    await Deno.remove(dir, { recursive: true });
  }
});

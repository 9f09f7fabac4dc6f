import assert from "node:assert/strict";
import { until as untilHolds } from "../src/http/test_streams.ts";
import { browserTest, isCurrent, reaches, report } from "./client_stage.ts";
import { Gate } from "./gate.ts";
import { until } from "./server_process.ts";

browserTest("a page that wakes up finds a dead line, and leaves a living one", async (stage) => {
  const { server } = stage;
  using gate = new Gate(server.server.port);
  const page = await stage.tab({ wakeMs: 300 }, gate.origin);
  await isCurrent(page, server);
  const events = [
    "document visibilitychange",
    "window pageshow",
    "window online",
    "window offline",
  ];
  const lines = async () => (await report(page)).story.filter((status) => status === "live").length;
  for (const [index, event] of events.entries()) {
    const [target, name] = event.split(" ");
    const wake = () => page.evaluate(`${target}.dispatchEvent(new Event("${name}"))`);
    await wake();
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(await lines(), index + 1, `${event}: the line answers`);
    gate.silent = true;
    await wake();
    // Three intervals of this server are three minutes.
    await reaches(page, ({ status }) => status !== "live");
    gate.silent = false;
    await page.evaluate("mine.client.reconnect()");
    await isCurrent(page, server);
  }
});

browserTest(
  "a page whose network is back tries at once, and says offline until then",
  async (stage) => {
    const { server } = stage;
    using gate = new Gate(server.server.port);
    const page = await stage.tab(
      { firstRetryMs: 3_600_000, longestRetryMs: 3_600_000 },
      gate.origin,
    );
    await isCurrent(page, server);
    await stage.context.setOffline(true);
    gate.cut();
    const { retryAt } = await reaches(page, ({ status }) => status === "offline");
    assert.ok(retryAt !== null);
    await stage.context.setOffline(false);
    await isCurrent(page, server);
  },
);

browserTest(
  "a page that is put away gives up its line, and goes on where it was when it is back",
  async (stage) => {
    const { server } = stage;
    const page = await stage.tab();
    await isCurrent(page, server);
    const from = server.projector.current()?.offset ?? 0;
    await page.evaluate("addEventListener('pageshow', (e) => globalThis.kept = e.persisted)");
    await page.goto(`${stage.siteOrigin}/other`);
    await untilHolds(() => server.hub.stats().connections.websocket === 0, "given up");
    await server.windows(3);
    await page.goBack({ waitUntil: "commit" });
    assert.equal(await page.evaluate("globalThis.kept"), true, "the page itself is back");
    await isCurrent(page, server);
    const { finals, missed } = await report(page);
    assert.deepEqual(finals, server.projector.finalsAfter(from, 100).map(({ offset }) => offset));
    assert.deepEqual(missed, { count: 3, resyncs: 0 });
  },
  ["--disable-back-forward-cache"],
);

browserTest("a page of another origin goes on by event stream, and by polling", async (stage) => {
  const { server } = stage;
  using gate = new Gate(server.server.port);
  const blocked = ["/ws"];
  gate.fate = (path) => blocked.includes(path) ? "bad_gateway" : "pass";
  const page = await stage.tab({ firstRetryMs: 20, firstProbeMs: 3_600_000 }, gate.origin);
  await reaches(page, ({ transport, position }) => transport === "sse" && position !== null);
  const from = server.projector.current()?.offset ?? 0;
  gate.cut();
  await server.windows(2);
  await isCurrent(page, server);
  const { finals, missed } = await report(page);
  assert.deepEqual(finals, server.projector.finalsAfter(from, 100).map(({ offset }) => offset));
  assert.deepEqual(missed, { count: 2, resyncs: 0 });
  blocked.push("/api/pnl/stream");
  gate.cut();
  await reaches(page, ({ status, transport }) => status === "polling" && transport === "polling");
  await until(() => Promise.resolve(gate.paths.join()), (all) => all.endsWith("current"), 10_000);
});

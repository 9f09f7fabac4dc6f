import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { TestServer } from "../src/http/test_server.ts";
import { until as untilHolds } from "../src/http/test_streams.ts";
import { browserTest, isCurrent, report } from "./client_stage.ts";

/** Waits until the server has so many connections. */
function connections(server: TestServer, count: number): Promise<void> {
  const { hub } = server;
  return untilHolds(
    () => hub.stats().connections.websocket === count,
    `${count} connections`,
    10_000,
  );
}

/** Offsets of the finals above one. */
function finalsAfter(server: TestServer, offset: number): number[] {
  return server.projector.finalsAfter(offset, 100).map((frame) => frame.offset);
}

/** True in the page that holds the clients' lock. */
const LEADS = `navigator.locks.request("who" + Math.random(), async (own) => {
  const { held } = await navigator.locks.query();
  const { clientId } = held.find(({ name }) => name === own.name);
  return held.some((each) => each.name.startsWith("pnl-stream:") && each.clientId === clientId);
})`;

/** The tab that leads, then the others. */
async function leaderFirst(pages: readonly Page[]): Promise<Page[]> {
  for (const page of pages) {
    if (await page.evaluate<boolean>(LEADS)) {
      return [page, ...pages.filter((other) => other !== page)];
    }
  }
  throw new Error("No tab leads");
}

browserTest("tabs share one connection, and each shows and gives out everything", async (stage) => {
  const { server } = stage;
  const from = server.projector.current()?.offset ?? 0;
  const tabs = [await stage.tab(), await stage.tab(), await stage.tab()];
  for (const tab of tabs) await isCurrent(tab, server);
  await server.windows(3);
  for (const tab of tabs) {
    await isCurrent(tab, server);
    const { finals, transport, story } = await report(tab);
    assert.deepEqual(finals, finalsAfter(server, from));
    assert.equal(transport, "websocket");
    assert.deepEqual(story, ["connecting", "live"]);
  }
  assert.deepEqual(server.hub.stats().connections, { websocket: 1, sse: 0 });
  assert.equal(server.hub.stats().accepted, 1);
});

browserTest(
  "another tab takes over without a gap when the one that leads is closed",
  async (stage) => {
    const { server } = stage;
    const from = server.projector.current()?.offset ?? 0;
    let tabs = [await stage.tab(), await stage.tab(), await stage.tab()];
    for (const tab of tabs) await isCurrent(tab, server);
    for (let left = 2; left > 0; left--) {
      const [leader, ...others] = await leaderFirst(tabs);
      const { accepted } = server.hub.stats();
      await leader!.close();
      // By the lock, long before a missing beat tells.
      await untilHolds(() => server.hub.stats().accepted > accepted, "taken over at once", 4_000);
      tabs = others;
      await server.windows(3);
      for (const tab of tabs) {
        await isCurrent(tab, server);
        const { finals, missed } = await report(tab);
        assert.deepEqual(finals, finalsAfter(server, from));
        assert.equal(missed.resyncs, 0);
      }
      await connections(server, 1);
    }
  },
);

browserTest("a tab that is frozen hands over, and comes back as one of many", async (stage) => {
  const { server } = stage;
  const tabs = [await stage.tab(), await stage.tab()];
  for (const tab of tabs) await isCurrent(tab, server);
  const [leader, other] = await leaderFirst(tabs);
  // A headless browser freezes no page, so that it is only told.
  await leader!.evaluate("document.dispatchEvent(new Event('freeze'))");
  await untilHolds(() => server.hub.stats().accepted === 2, "taken over", 10_000);
  await server.windows(2);
  await isCurrent(other!, server);
  const { position } = await report(leader!);
  assert.notEqual(position, (await report(other!)).position, "the frozen one hears nothing");
  await leader!.evaluate("document.dispatchEvent(new Event('resume'))");
  await isCurrent(leader!, server);
  assert.equal((await report(leader!)).missed.resyncs, 1, "and says that it missed something");
  await server.windows(2);
  for (const tab of tabs) await isCurrent(tab, server);
  await connections(server, 1);
  assert.equal((await report(other!)).missed.resyncs, 0);
});

browserTest("a tab that hangs loses the lead, and follows when it runs again", async (stage) => {
  const { server } = stage;
  const quick = { beatMs: 100, beatLostMs: 1_000 };
  const tabs = [await stage.tab(quick), await stage.tab(quick), await stage.tab(quick)];
  for (const tab of tabs) await isCurrent(tab, server);
  const from = server.projector.current()?.offset ?? 0;
  const [leader, ...others] = await leaderFirst(tabs);
  const { accepted } = server.hub.stats();
  const hung = leader!.evaluate(
    "{ const t = performance.now(); while (performance.now() < t + 5000); }",
  );
  await untilHolds(() => server.hub.stats().accepted > accepted, "taken over", 10_000);
  await server.windows(2);
  for (const other of others) await isCurrent(other, server);
  await hung;
  await connections(server, 1);
  await server.windows(2);
  for (const tab of tabs) await isCurrent(tab, server);
  for (const other of others) {
    const { finals, missed } = await report(other);
    assert.deepEqual(finals, finalsAfter(server, from));
    assert.equal(missed.resyncs, 0);
  }
  const { finals, missed } = await report(leader!);
  assert.ok(missed.resyncs > 0 || finals.length === finalsAfter(server, from).length, "or says so");
});

browserTest("tabs without Web Locks or BroadcastChannel connect each by itself", async (stage) => {
  const { server } = stage;
  const without = [
    "Object.defineProperty(navigator, 'locks', { value: undefined });",
    "delete globalThis.BroadcastChannel;",
    "globalThis.BroadcastChannel = class { constructor() { throw new Error('not here'); } };",
    "LockManager.prototype.request = () => Promise.reject(new DOMException('no', 'SecurityError'));",
  ];
  for (const [index, script] of without.entries()) {
    const tabs = [
      await stage.tab({}, server.origin, script),
      await stage.tab({}, server.origin, script),
    ];
    for (const tab of tabs) await isCurrent(tab, server);
    await connections(server, 2);
    for (const tab of tabs) await tab.close();
    await connections(server, 0);
    assert.equal(server.hub.stats().accepted, 2 * (index + 1), script);
  }
});

import assert from "node:assert/strict";
import { startTestServer } from "../http/test_server.ts";
import { until } from "../http/test_streams.ts";
import { PnlClient } from "./pnl_client.ts";
import { createPnlStore } from "./store.ts";
import type { SnapshotStorage } from "./stored_snapshot.ts";

/** A storage that counts what is written, and may refuse. */
class CountingStorage implements SnapshotStorage {
  readonly entries = new Map<string, string>();
  writes = 0;
  refuses = false;

  getItem(key: string): string | null {
    if (this.refuses) throw new Error("refused");
    return this.entries.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.writes += 1;
    if (this.refuses) throw new Error("full");
    this.entries.set(key, value);
  }
}

Deno.test("createPnlStore() follows the client, and keeps the last snapshot for the next visit", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const storage = new CountingStorage();
  const client = new PnlClient({ url: server.origin });
  const store = createPnlStore(client, { storage, key: "mine", storeMs: 60_000 });
  assert.equal(store.getState().status, "idle");
  client.start();
  const revenue = () => store.getState().snapshot?.metrics.totalRevenue;
  await until(() => revenue() === "1.00", "first");
  assert.equal(store.getState(), client.state);
  assert.equal(store.ageMs() !== null, true);
  await server.collect("2");
  await server.collect("3");
  await until(() => revenue() === "3.00", "third");
  assert.equal(storage.writes, 1, "at once, then not for a minute");
  client.stop();
  store.close();
  assert.equal(storage.writes, 2, "and at the end");

  const next = new PnlClient({ url: server.origin });
  const later = createPnlStore(next, { storage, key: "mine" });
  assert.equal(later.getState().status, "stored");
  assert.equal(later.getState().snapshot?.metrics.totalRevenue, "3.00");
  assert.equal(later.getState().position, later.getState().snapshot?.served.pos);
  assert.equal(later.ageMs(), null);
  assert.equal(createPnlStore(next, { storage, key: "other" }).getState().status, "idle");
  next.start();
  assert.equal(later.getState().status, "stored", "while it connects");
  await until(() => later.getState().status === "live", "live");
  next.stop();
  later.close();
});

Deno.test("createPnlStore() works with a storage that refuses, and with none", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const storage = new CountingStorage();
  storage.refuses = true;
  for (const options of [{ storage }, {}]) {
    const client = new PnlClient({ url: server.origin });
    const store = createPnlStore(client, options);
    client.start();
    await until(() => store.getState().status === "live" && client.state.snapshot !== null, "live");
    client.stop();
    store.close();
    assert.equal(store.getState().status, "idle");
  }
  assert.ok(storage.writes > 0);
});

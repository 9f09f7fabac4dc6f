import assert from "node:assert/strict";
import { KeyStore } from "./key_store.ts";
import { testKeys } from "./testing.ts";

const NOW = Date.UTC(2026, 10, 22, 10);
const CLOCK = { now: () => NOW, monotonic: () => performance.now() };

Deno.test("KeyStore create() keeps nothing that the key can be made from", async () => {
  await using keys = await testKeys(CLOCK);
  const { text } = keys.make({ name: "grafana" });
  const files = [...Deno.readDirSync(keys.path.replace(/\/[^/]+$/, ""))];
  assert.ok(files.length > 0);
  for (const { name } of files) {
    const bytes = Deno.readFileSync(keys.path.replace(/[^/]+$/, name));
    const found = new TextDecoder("latin1").decode(bytes);
    assert.ok(!found.includes(text.slice(-30)), name);
  }
});

Deno.test("KeyStore list() tells what there is, the oldest first, and no hash", async () => {
  await using keys = await testKeys(CLOCK);
  const first = keys.make({ name: "one", scopes: ["read", "audit"], now: NOW - 1 });
  const second = keys.make({ name: "two", environment: "test", expiresAt: NOW + 5 });
  assert.deepEqual(keys.store.list(), [
    {
      ...{ id: first.id, name: "one", environment: "live", scopes: ["read", "audit"] },
      ...{ createdAt: NOW - 1, expiresAt: null, lastUsedAt: null, revokedAt: null },
    },
    {
      ...{ id: second.id, name: "two", environment: "test", scopes: ["read"] },
      ...{ createdAt: NOW, expiresAt: NOW + 5, lastUsedAt: null, revokedAt: null },
    },
  ]);
});

Deno.test("KeyStore find() and active() know active keys alone", async () => {
  await using keys = await testKeys(CLOCK);
  const { store } = keys;
  const good = keys.make();
  const ending = keys.make({ expiresAt: NOW + 5 });
  const gone = keys.make();
  assert.equal(store.revoke(gone.id, NOW)?.revokedAt, NOW);
  assert.equal(store.revoke(gone.id, NOW + 1)?.revokedAt, NOW, "it stays as it was");
  assert.equal(store.revoke("nobody0000", NOW), null);
  const idsAt = (now: number) => store.active(now).map(({ id }) => id);
  assert.deepEqual(idsAt(NOW), [good.id, ending.id].sort());
  assert.deepEqual(idsAt(NOW + 5), [good.id]);
  assert.equal(store.find(good.id, NOW)?.id, good.id);
  assert.equal(store.find(ending.id, NOW + 4)?.id, ending.id);
  assert.equal(store.find(ending.id, NOW + 5), null, "from its expiry on");
  assert.equal(store.find(gone.id, NOW), null);
  assert.equal(store.find("nobody0000", NOW), null);
});

Deno.test("KeyStore find() learns within two seconds what another process did", async () => {
  await using keys = await testKeys(CLOCK);
  const { id } = keys.make();
  assert.ok(keys.store.find(id, NOW) !== null);
  using other = await KeyStore.open(keys.path);
  other.revoke(id, NOW);
  const deadline = performance.now() + 2_000;
  while (keys.store.find(id, NOW) !== null && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(keys.store.find(id, NOW), null);
});

Deno.test("KeyStore open() waits for whoever makes the same file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "pnl-keys-" });
  const path = `${folder}/state.db`;
  const opened = await Promise.all(Array.from({ length: 4 }, () => KeyStore.open(path)));
  for (const [at, store] of opened.entries()) {
    const made = {
      name: `n${at}`,
      environment: "live",
      scopes: ["read"],
      expiresAt: null,
    } as const;
    store.create({ ...made, now: NOW });
  }
  assert.equal(opened[0]?.list().length, 4);
  for (const store of opened) store[Symbol.dispose]();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("KeyStore used() is written down once a minute", async () => {
  await using keys = await testKeys(CLOCK);
  const { store } = keys;
  const { id } = keys.make();
  const lastUse = () => store.list()[0]?.lastUsedAt;
  for (const [now, written] of [[NOW, NOW], [NOW + 59_999, NOW], [NOW + 60_000, NOW + 60_000]]) {
    store.used(id, now!);
    assert.equal(lastUse(), written);
  }
});

Deno.test("KeyStore end() remembers a session over a restart, until it would be over anyway", async () => {
  await using keys = await testKeys(CLOCK);
  const session = (id: string, expiresAt: number) => ({ keyId: "K1", id, expiresAt });
  const first = session("first", NOW + 1_000);
  const second = session("second", NOW + 9_000);
  keys.store.end(first, NOW);
  using again = await KeyStore.open(keys.path);
  assert.equal(again.hasEnded(first), true);
  assert.equal(again.hasEnded(session("other", NOW + 1_000)), false);
  again.end(second, NOW + 2_000);
  assert.equal(again.hasEnded(first), false, "it is over");
  assert.equal(again.hasEnded(second), true);
});

import assert from "node:assert/strict";
import { startSandbox } from "./sandbox.ts";
import { MAX_ADVANCES, SandboxStateError } from "./state_file.ts";
import { StepClock, venue, venueRows } from "./testing.ts";

async function withFolder(test: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "pnl-sandbox-" });
  try {
    await test(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("startSandbox() continues the same account after a restart, ids and keys included", () =>
  withFolder(async (dataDir) => {
    const clock = new StepClock();
    const options = { clock, dataDir, rateLimit: false };
    const first = await startSandbox(options);
    clock.add(90_000);
    first.advance(300);
    clock.add(3_600_000);
    const books = first.books();
    const fills = await venueRows(first, clock, "/portfolio/fills?limit=1000", "fills");
    await first.stop();
    const again = await startSandbox(options);
    assert.deepEqual(again.books(), books);
    assert.deepEqual(await venueRows(again, clock, "/portfolio/fills?limit=1000", "fills"), fills);
    assert.equal(again.kalshi.privateKeyPem, first.kalshi.privateKeyPem);
    assert.equal(again.anthropic.adminKey, first.anthropic.adminKey);
    clock.add(24 * 3_600_000);
    await again.stop();
    const later = await startSandbox(options);
    const ids = new Set(
      (await venueRows(later, clock, "/portfolio/fills?limit=1000", "fills")).map((f) => f.fill_id),
    );
    assert.ok(ids.size > fills.length, "a day went by");
    const gone = fills.filter((fill) => !ids.has(fill.fill_id));
    const old = await venueRows(later, clock, "/historical/fills?limit=1000", "fills");
    const kept = new Set(old.map((fill) => fill.fill_id));
    for (const { fill_id } of gone) assert.ok(kept.has(fill_id), "only moved behind the cutoff");
    await later.stop();
  }));

Deno.test("startSandbox() keeps its secrets from others and its file whole", () =>
  withFolder(async (dataDir) => {
    const sandbox = await startSandbox({ clock: new StepClock(), dataDir, live: false });
    await sandbox.stop();
    const names = [...Deno.readDirSync(dataDir)].map((entry) => entry.name).sort();
    assert.deepEqual(names, ["sandbox-key.pem", "sandbox.json"]);
    for (const name of names) {
      const { mode } = await Deno.stat(`${dataDir}/${name}`);
      assert.equal((mode ?? 0) & 0o777, 0o600, name);
    }
  }));

Deno.test("startSandbox() refuses a folder of another sandbox, or an unreadable one", () =>
  withFolder(async (dataDir) => {
    const clock = new StepClock();
    await (await startSandbox({ clock, dataDir, seed: 2 })).stop();
    await assert.rejects(
      startSandbox({ clock, dataDir, seed: 3 }),
      (error) =>
        error instanceof SandboxStateError && /made with seed 2, not 3/.test(error.message),
    );
    await Deno.writeTextFile(`${dataDir}/sandbox.json`, "{");
    await assert.rejects(startSandbox({ clock, dataDir, seed: 2 }), SandboxStateError);
  }));

Deno.test("startSandbox() refuses a key that is none, or a file that cannot be read", () =>
  withFolder(async (dataDir) => {
    const clock = new StepClock();
    const key = `${dataDir}/sandbox-key.pem`;
    await Deno.writeTextFile(key, "x");
    const refused = (reason: RegExp) =>
      assert.rejects(
        startSandbox({ clock, dataDir }),
        (error) => error instanceof SandboxStateError && reason.test(error.message),
      );
    await refused(/not a private key/);
    await Deno.remove(key);
    await Deno.mkdir(key);
    await refused(/cannot be read/);
  }));

Deno.test("startSandbox() moves by itself only when live", async () => {
  for (const live of [true, false]) {
    const clock = new StepClock();
    const sandbox = await startSandbox({ clock, live });
    const before = sandbox.books();
    clock.add(60_000);
    const same = JSON.stringify(sandbox.books()) === JSON.stringify(before);
    assert.equal(same, !live);
    await sandbox.stop();
  }
});

Deno.test("advance() takes 10,000 steps in less than a second, none of them in the future", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false });
  try {
    const before = sandbox.books().kalshi.fills;
    clock.add(60_000);
    const began = performance.now();
    sandbox.advance(10_000);
    const took = performance.now() - began;
    assert.ok(took < 1_000, `${took} ms`);
    assert.ok(sandbox.books().kalshi.fills - before > 4_000);
    const newest = (await venue(sandbox, clock, "/portfolio/fills?limit=1")).body.fills[0];
    assert.ok(Date.parse(newest.created_time) <= clock.now() + 20, newest.created_time);
    assert.ok(Date.parse(newest.created_time) > clock.now() - 1_000, newest.created_time);
  } finally {
    await sandbox.stop();
  }
});

Deno.test("advance() is refused after as many calls as are kept", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false, fills: 0, historyDays: 0 });
  for (let i = 0; i < MAX_ADVANCES; i += 1) sandbox.advance(1);
  assert.throws(() => sandbox.advance(1), RangeError);
  await sandbox.stop();
});

Deno.test("startSandbox() loads 100,000 fills for a backfill, all of them readable", async () => {
  const clock = new StepClock();
  const sandbox = await startSandbox({ clock, live: false, fills: 100_000, rateLimit: false });
  try {
    const old = await venueRows(sandbox, clock, "/historical/fills?limit=1000", "fills");
    const live = await venueRows(sandbox, clock, "/portfolio/fills?limit=1000", "fills");
    assert.equal(new Set([...old, ...live].map((fill) => fill.fill_id)).size, 100_000);
  } finally {
    await sandbox.stop();
  }
});

Deno.test("startSandbox() leaves no server behind when a port is taken", async () => {
  const clock = new StepClock();
  const first = await startSandbox({ clock, live: false });
  const portOf = (url: string) => Number(new URL(url).port);
  const revenue = portOf(first.revenue.baseUrl);
  const spare = await startSandbox({ clock, live: false });
  await spare.stop();
  const kalshi = portOf(spare.kalshi.baseUrl);
  await assert.rejects(
    startSandbox({ clock, live: false, ports: { kalshi, revenue } }),
    /EADDRINUSE|in use/i,
  );
  const again = await startSandbox({ clock, live: false, ports: { kalshi } });
  assert.equal(portOf(again.kalshi.baseUrl), kalshi);
  await again.stop();
  await first.stop();
});

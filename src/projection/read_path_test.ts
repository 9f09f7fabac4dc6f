import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { systemClock } from "../log/system_clock.ts";
import { SNAPSHOT } from "../pnl/snapshot_schema.ts";
import { UnknownReadModelError } from "./default_answer.ts";
import { MemoryTier } from "./memory_tier.ts";
import { openReadPath } from "./open_read_path.ts";
import { BREAKDOWN, CURRENT, historyKey } from "./read_model.ts";
import { ReadPath, TierDeadlineError } from "./read_path.ts";
import { rebuild } from "./rebuild.ts";
import { append, inFolder, Live, SteppedClock, until } from "./testing.ts";
import type { Tier, TierEntry, TierName } from "./tier.ts";

const EPOCH = "0123456789abcdef";
const OTHER_EPOCH = "fedcba9876543210";
const PAGE_KEY = historyKey({ resolution: "1h", limit: 10 });

const entry = (offset: number, json = `{"offset":${offset}}`, epoch = EPOCH): TierEntry => ({
  epoch,
  offset,
  json,
});

/** A tier with scripted answers, which remembers what it was filled with. */
class ScriptedTier implements Tier {
  readonly deadlineMs = 30;
  readonly filled: [string, TierEntry][] = [];
  answer: (signal: AbortSignal) => Promise<TierEntry | null> | TierEntry | null = () => null;
  constructor(readonly name: TierName) {}
  get(_key: string, signal: AbortSignal): Promise<TierEntry | null> | TierEntry | null {
    return this.answer(signal);
  }
  set(key: string, filled: TierEntry): void {
    this.filled.push([key, filled]);
  }
}

/** Memory ▸ a scripted Redis ▸ a scripted SQLite ▸ default. */
function setUp(epoch = () => EPOCH) {
  const memory = new MemoryTier();
  const redis = new ScriptedTier("redis");
  const sqlite = new ScriptedTier("sqlite");
  const errors: [TierName, unknown][] = [];
  const readPath = new ReadPath([memory, redis, sqlite], {
    epoch,
    clock: systemClock,
    fallback: (_key, failure) => failure === null ? "{}" : JSON.stringify(String(failure)),
    onError: (tier, _key, error) => errors.push([tier, error]),
  });
  return { memory, redis, sqlite, readPath, errors };
}

Deno.test("ReadPath.read() asks tier after tier and fills those before the hit", async () => {
  const { redis, sqlite, readPath } = setUp();
  assert.deepEqual(await readPath.read(CURRENT), { from: "default", entry: entry(0, "{}") });
  sqlite.answer = () => entry(8);
  assert.deepEqual(await readPath.read(CURRENT), { from: "sqlite", entry: entry(8) });
  assert.deepEqual(redis.filled, [[CURRENT, entry(8)]]);
  assert.equal((await readPath.read(CURRENT)).from, "memory");
  const { memory, redis: second, sqlite: third, default: last } = readPath.stats();
  assert.deepEqual([memory?.hits, memory?.misses, memory?.hitRate, memory?.entries], [
    1,
    2,
    1 / 3,
    1,
  ]);
  assert.deepEqual([second?.hits, second?.misses], [0, 2]);
  assert.deepEqual([third?.hits, third?.misses, last?.hits], [1, 1, 1]);
  assert.ok((memory?.latency.p99 ?? -1) >= (memory?.latency.p50 ?? 0));
});

Deno.test("ReadPath.read() answers at once where the tiers do, and later where one is waited for", async () => {
  const { redis, sqlite, readPath } = setUp();
  assert.equal(readPath.read(CURRENT) instanceof Promise, false);
  redis.answer = () => Promise.resolve(null);
  sqlite.answer = () => entry(8);
  const waiting = readPath.read(CURRENT);
  assert.ok(waiting instanceof Promise);
  assert.deepEqual(await waiting, { from: "sqlite", entry: entry(8) });
  assert.deepEqual(readPath.read(CURRENT), { from: "memory", entry: entry(8) });
});

Deno.test("ReadPath.read() passes over a tier that is slow, and over one that fails", async () => {
  const { redis, sqlite, readPath, errors } = setUp();
  let aborted = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  redis.answer = (signal) => {
    signal.addEventListener("abort", () => aborted = true);
    return new Promise((resolve) => timer = setTimeout(() => resolve(entry(99)), 500));
  };
  sqlite.answer = () => entry(8);
  const started = performance.now();
  assert.equal((await readPath.read(CURRENT)).from, "sqlite");
  assert.ok(performance.now() - started < 400, "it waited for the slow tier");
  clearTimeout(timer);
  assert.equal(aborted, true);
  assert.ok(errors[0]?.[1] instanceof TierDeadlineError);
  for (const failing of [() => Promise.reject(new Error("gone")), () => assert.fail("gone")]) {
    redis.answer = failing;
    readPath.observe({ ...entry(8), position: 4, final: false });
    assert.equal((await readPath.read(BREAKDOWN)).from, "sqlite");
    sqlite.answer = () => entry(10);
    readPath.observe({ ...entry(10), position: 5, final: false });
  }
  const stats = readPath.stats().redis;
  assert.deepEqual([stats?.errors, stats?.misses, stats?.hits], [3, 3, 0]);
});

Deno.test("ReadPath.read() tells the default why the last tier has no answer, and of no other", async () => {
  const { redis, sqlite, readPath } = setUp();
  for (const fail of [() => Promise.reject(new Error("gone")), () => assert.fail("gone")]) {
    [redis.answer, sqlite.answer] = [fail, () => null];
    assert.equal((await readPath.read(PAGE_KEY)).entry.json, "{}");
    [redis.answer, sqlite.answer] = [() => null, fail];
    assert.match((await readPath.read(PAGE_KEY)).entry.json, /^"(Assertion)?Error.*: gone"$/);
  }
});

Deno.test("ReadPath.read() never goes back: an older entry and another epoch's are no hits", async () => {
  const { redis, sqlite, readPath } = setUp();
  sqlite.answer = () => entry(20);
  assert.equal((await readPath.read(BREAKDOWN)).entry.offset, 20);
  readPath.observe({ ...entry(22), position: 11, final: false });
  redis.answer = () => Promise.resolve(entry(21));
  sqlite.answer = () => entry(22);
  assert.deepEqual(await readPath.read(BREAKDOWN), { from: "sqlite", entry: entry(22) });
  redis.answer = () => Promise.resolve(entry(999, "{}", OTHER_EPOCH));
  readPath.observe({ ...entry(24), position: 12, final: false });
  sqlite.answer = () => entry(24);
  assert.equal((await readPath.read(BREAKDOWN)).from, "sqlite");
  // A frame of another epoch is nobody's.
  readPath.observe({ ...entry(500, "{}", OTHER_EPOCH), position: 250, final: false });
  assert.equal((await readPath.read(CURRENT)).entry.offset, 24);
});

Deno.test("ReadPath.read() begins anew with another epoch", async () => {
  let epoch = EPOCH;
  const { sqlite, readPath } = setUp(() => epoch);
  readPath.observe({ ...entry(500), position: 250, final: false });
  epoch = OTHER_EPOCH;
  sqlite.answer = () => entry(4, "{}", OTHER_EPOCH);
  assert.equal((await readPath.read(CURRENT)).entry.offset, 4);
  assert.deepEqual(await readPath.read(CURRENT), {
    from: "memory",
    entry: entry(4, "{}", OTHER_EPOCH),
  });
});

Deno.test("ReadPath.read() keeps closed pages of history whatever the floor, and no open ones", async () => {
  const { memory, sqlite, readPath } = setUp();
  readPath.observe({ ...entry(100), position: 50, final: false });
  sqlite.answer = () => ({ ...entry(10), volatile: true });
  assert.equal((await readPath.read(PAGE_KEY)).from, "sqlite");
  assert.equal((await readPath.read(PAGE_KEY)).from, "sqlite");
  sqlite.answer = () => entry(10);
  assert.equal((await readPath.read(PAGE_KEY)).from, "sqlite");
  assert.equal((await readPath.read(PAGE_KEY)).from, "memory");
  assert.equal(memory.size, 2);
});

Deno.test("MemoryTier is bounded by entries and by characters, and keeps the newer of two", () => {
  const tier = new MemoryTier({ maxEntries: 3, maxCharacters: 920 });
  for (let n = 0; n < 10; n++) tier.set(`key-${n}`, entry(n));
  assert.equal(tier.size, 3);
  assert.equal(tier.get("key-0"), null);
  tier.set("key-9", entry(5));
  assert.equal(tier.get("key-9")?.offset, 9);
  tier.set("key-9", entry(1, "{}", OTHER_EPOCH));
  assert.equal(tier.get("key-9")?.epoch, OTHER_EPOCH);
  tier.set("long", entry(1, "x".repeat(900)));
  assert.equal(tier.get("long")?.json.length, 900);
  assert.ok(tier.size < 3);
  tier.set("longer", entry(1, "x".repeat(2000)));
  assert.equal(tier.get("longer"), null);
});

Deno.test("openReadPath() answers from memory with each frame, from SQLite what was not asked yet", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock);
    const { readPath, stop } = openReadPath({ projector: live.projector, clock });
    const empty = await readPath.read(CURRENT);
    assert.equal(empty.from, "default");
    assert.equal(SNAPSHOT.parse(JSON.parse(empty.entry.json)).quality.complete, false);
    assert.equal((await readPath.read(BREAKDOWN)).from, "default");
    assert.equal(
      (await readPath.read(PAGE_KEY)).entry.json,
      '{"items":[],"nextCursor":null,"resolution":"1h","first":null}',
    );
    assert.throws(() => readPath.read("nonsense"), UnknownReadModelError);
    for (let n = 0; n < 20; n++) append(log, clock, { stepMs: 1000, kinds: ["fill"] }, n);
    const offset = 2 * log.head().position;
    await live.reach(log.head().position);
    await until(() => live.frames.at(-1)?.offset === offset);
    assert.equal((await readPath.read(CURRENT)).from, "memory");
    const first = await readPath.read(BREAKDOWN);
    assert.deepEqual([first.from, first.entry.offset], ["sqlite", offset]);
    assert.equal((await readPath.read(BREAKDOWN)).from, "memory");
    append(log, clock, { stepMs: 1000, kinds: ["fill"] }, 20);
    await until(() => live.frames.at(-1)?.offset === offset + 2);
    assert.equal((await readPath.read(BREAKDOWN)).entry.offset, offset + 2);
    stop();
    await live.close();
  }));

Deno.test("openReadPath() gives no default for what SQLite failed to read", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock);
    const { readPath, stop } = openReadPath({ projector: live.projector, clock });
    for (let n = 0; n < 20; n++) append(log, clock, { stepMs: 1000, kinds: ["fill"] }, n);
    await live.reach(log.head().position);
    const [file = ""] = [...Deno.readDirSync(dir)].map(({ name }) => name)
      .filter((name) => /^projection-.*\.db$/.test(name));
    using database = new DatabaseSync(`${dir}/${file}`);
    database.exec("ALTER TABLE finals RENAME TO moved");
    const page = historyKey({ resolution: "raw", limit: 10 });
    assert.throws(() => readPath.read(page), /finals/);
    assert.throws(() => readPath.read(page), /finals/, "nor the second time");
    assert.equal((await readPath.read(CURRENT)).from, "memory");
    assert.equal(readPath.stats().default?.hits, 0);
    stop();
    await live.close();
  }));

Deno.test("openReadPath() forgets what it has from a build that was replaced", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const live = await Live.start(dir, log, clock, 40);
    for (let n = 0; n < 10; n++) append(log, clock, { stepMs: 15, kinds: ["fill"] }, n);
    await live.reach(log.head().position);
    const { readPath, stop } = openReadPath({ projector: live.projector, clock });
    const page = historyKey({ resolution: "raw", limit: 1 });
    await readPath.read(page);
    assert.equal((await readPath.read(page)).from, "memory");
    const { build } = await rebuild({ log, dataDir: dir, windowMs: 40 });
    await until(() => live.projector.build === build);
    append(log, clock, { stepMs: 15, kinds: ["fill"] }, 10);
    await until(() => live.frames.at(-1)?.position === log.head().position);
    assert.equal((await readPath.read(page)).from, "sqlite");
    stop();
    await live.close();
  }));

Deno.test("openReadPath() answers from SQLite after a restart, though nothing was appended", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    append(log, clock, { stepMs: 0, kinds: ["fill"] }, 0);
    await (await Live.start(dir, log, clock)).close();
    const live = await Live.start(dir, log, clock);
    const { readPath, stop } = openReadPath({ projector: live.projector, clock });
    const { from, entry } = await readPath.read(CURRENT);
    assert.ok(from === "sqlite" || from === "memory");
    assert.equal(entry.json, live.projector.current()?.json);
    stop();
    await live.close();
  }));

Deno.test("ReadPath.forget() lets lower offsets count, and no answer that was asked for before", async () => {
  const { redis, sqlite, readPath } = setUp();
  const { promise, resolve } = Promise.withResolvers<TierEntry | null>();
  redis.answer = () => promise;
  const reading = readPath.read(BREAKDOWN);
  readPath.observe({ ...entry(500), position: 250, final: false });
  resolve(entry(500));
  readPath.forget();
  sqlite.answer = () => entry(8);
  assert.deepEqual(await reading, { from: "sqlite", entry: entry(8) });
  redis.answer = () => null;
  assert.equal((await readPath.read(BREAKDOWN)).entry.offset, 8);
});

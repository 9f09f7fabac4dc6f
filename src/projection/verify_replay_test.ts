import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { MemoryEventLog } from "../log/memory_event_log.ts";
import { Projector } from "./projector.ts";
import type { ReplayProgress } from "./progress.ts";
import { UnusableBuildError } from "./resume.ts";
import { foldDigest } from "./store_reader.ts";
import {
  append,
  currentPath,
  inFolder,
  Live,
  openLog,
  SteppedClock,
  vandalise,
  WINDOW_MS,
} from "./testing.ts";
import { verifyReplay, type VerifyReplayReport } from "./verify_replay.ts";

/** A closed projection of a log of `count` events, one a second. */
async function project(dir: string, log: MemoryEventLog, clock: SteppedClock, count: number) {
  for (let n = 0; n < count; n++) {
    append(log, clock, { stepMs: 1000, kinds: [n % 5 === 0 ? "totals" : "fill"] }, n);
  }
  const projector = await Projector.open({ log, dataDir: dir, windowMs: WINDOW_MS, clock });
  const finals = projector.finalsAfter(0, 1000);
  await projector.close();
  return finals;
}

/** Spoils a projection with SQL and verifies it. */
async function verifyAfter(sql: string): Promise<VerifyReplayReport> {
  let report: VerifyReplayReport | undefined;
  await inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    await project(dir, log, clock, 200);
    assert.equal((await verifyReplay({ log, dataDir: dir })).ok, true);
    vandalise(dir, sql);
    report = await verifyReplay({ log, dataDir: dir });
  });
  assert.ok(report !== undefined);
  return report;
}

Deno.test("verifyReplay() names the final in which a byte was flipped", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    const finals = await project(dir, log, clock, 100);
    const victim = finals[11];
    assert.ok(victim !== undefined);
    const flipped = victim.json.replace('"fees":"0', '"fees":"1');
    assert.notEqual(flipped, victim.json);
    vandalise(dir, `UPDATE finals SET json = '${flipped}' WHERE position = ${victim.position}`);
    assert.deepEqual(await verifyReplay({ log, dataDir: dir }), {
      ok: false,
      compared: 0,
      position: log.head().position,
      firstDifference: {
        what: "final",
        position: victim.position,
        stored: flipped,
        recomputed: victim.json,
      },
    });
    // A range that does not hold it is sound, one that does is not.
    const before = await verifyReplay({ log, dataDir: dir, to: victim.position - 1 });
    assert.deepEqual([before.ok, before.compared], [true, 11]);
    const after = await verifyReplay({ log, dataDir: dir, from: victim.position + 1 });
    assert.deepEqual([after.ok, after.compared], [true, finals.length - 12]);
    assert.equal((await verifyReplay({ log, dataDir: dir, from: victim.position })).ok, false);
    // The event that closes its window comes after the range.
    const { position } = victim;
    assert.equal(
      (await verifyReplay({ log, dataDir: dir, from: position, to: position })).ok,
      false,
    );
    const next = finals[12]?.position ?? 0;
    const alone = await verifyReplay({ log, dataDir: dir, from: next, to: next });
    assert.deepEqual([alone.ok, alone.compared, alone.position], [true, 1, next]);
  }));

Deno.test("verifyReplay() counts a missing final and one too many as differences", async () => {
  const nth = (n: number) => `(SELECT position FROM finals ORDER BY position LIMIT 1 OFFSET ${n})`;
  const missing = await verifyAfter(`DELETE FROM finals WHERE position = ${nth(5)}`);
  assert.equal(missing.firstDifference?.stored, null);
  assert.equal(missing.firstDifference?.what, "final");
  const copy = (from: string) =>
    `INSERT INTO finals SELECT position + 1, window_start + 1, window_end + 1, complete, net, json
     FROM finals WHERE position = ${from}`;
  const between = await verifyAfter(copy(nth(5)));
  assert.equal(between.firstDifference?.recomputed, null);
  const last = await verifyAfter(copy("(SELECT max(position) FROM finals)"));
  assert.equal(last.firstDifference?.recomputed, null);
});

Deno.test("verifyReplay() finds a changed fold, bucket, checkpoint", async () => {
  const spoiled: Record<string, string> = {
    "UPDATE buckets SET high = '999.00' WHERE start = (SELECT min(start) FROM buckets)": "bucket",
    "UPDATE buckets SET last = '{}' WHERE start = (SELECT max(start) FROM buckets)": "bucket",
    "DELETE FROM buckets WHERE resolution = '1h'": "bucket",
    "INSERT INTO buckets SELECT resolution, 0, open, high, low, close, last FROM buckets LIMIT 1":
      "bucket",
    "UPDATE checkpoint SET root = 'ab'": "checkpoint",
    "UPDATE checkpoint SET position = position - 1": "checkpoint",
    "UPDATE checkpoint SET recorded = '2026-11-22T00:00:00.000Z'": "checkpoint",
  };
  for (const [sql, what] of Object.entries(spoiled)) {
    const report = await verifyAfter(sql);
    assert.equal(report.ok, false, sql);
    assert.equal(report.firstDifference?.what, what, sql);
  }
  // The text's own digest is right, and yet it is not the fold.
  await inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    await project(dir, log, clock, 50);
    const db = new DatabaseSync(currentPath(dir));
    const text = String(db.prepare("SELECT fold FROM ledger").get()?.["fold"]);
    const other = text.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10));
    assert.notEqual(other, text);
    db.prepare("UPDATE ledger SET fold = ?, digest = ?").run(other, foldDigest(other));
    db.close();
    const report = await verifyReplay({ log, dataDir: dir });
    assert.equal(report.firstDifference?.what, "fold");
  });
});

Deno.test("verifyReplay() works beside a running projector and says how far it is", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = await openLog(dir, clock);
    for (let n = 0; n < 50; n++) append(log, clock, { stepMs: 1000, kinds: ["fill"] }, n);
    const live = await Live.start(dir, log, clock);
    const seen: ReplayProgress[] = [];
    const verifying = verifyReplay({ log, dataDir: dir, onProgress: (at) => seen.push(at) });
    for (let n = 50; n < 100; n++) append(log, clock, { stepMs: 1000, kinds: ["fill"] }, n);
    await live.reach(log.head().position);
    const report = await verifying;
    assert.equal(report.ok, true);
    assert.ok(report.compared >= 9);
    assert.equal(seen.at(-1)?.position, report.position);
    assert.equal(seen.at(-1)?.etaMs, 0);
    assert.equal((await verifyReplay({ log, dataDir: dir })).position, log.head().position);
    await live.close();
  }));

Deno.test("verifyReplay() ends on an empty log, and refuses where there is nothing to verify", () =>
  inFolder(async (dir) => {
    const clock = new SteppedClock();
    using log = new MemoryEventLog({ clock });
    await assert.rejects(verifyReplay({ log, dataDir: dir }), UnusableBuildError);
    await project(dir, log, clock, 0);
    assert.deepEqual(await verifyReplay({ log, dataDir: dir }), {
      ok: true,
      compared: 0,
      position: 0,
    });
    using other = new MemoryEventLog({ clock });
    await assert.rejects(verifyReplay({ log: other, dataDir: dir }), /another log/);
    await assert.rejects(
      verifyReplay({ log, dataDir: dir, signal: AbortSignal.abort(new Error("enough")) }),
      /enough/,
    );
  }));

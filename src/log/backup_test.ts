import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { backupLog } from "./backup.ts";
import { openSqliteEventLog } from "./sqlite_event_log.ts";
import { allLines, fill, inTempDir, ManualClock } from "./testing.ts";

const EVENTS = 300;

/** A log of some fills, open for appending. */
async function someLog(path: string, clock: ManualClock, count = EVENTS) {
  const log = await openSqliteEventLog({ path, clock });
  for (let index = 0; index < count; index++) log.append([fill(`f${index}`)]);
  return log;
}

function names(dir: string): string[] {
  return [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
}

/** The rights of a file or folder. */
function modeOf(path: string): number {
  return Deno.statSync(path).mode! & 0o777;
}

Deno.test("backupLog() copies a log that is appended to meanwhile, into one file that is a past of it", async () => {
  await inTempDir(async (dir) => {
    const clock = new ManualClock();
    using log = await someLog(`${dir}/events.db`, clock, 3_000);
    let during = 0;
    const report = await backupLog({
      path: `${dir}/events.db`,
      target: `${dir}/copy.db`,
      clock,
      onProgress: (step) => {
        if (step === "copying" && during < 50) log.append([fill(`during${during++}`)]);
      },
    });
    assert.ok(during > 0, "nothing was appended meanwhile");
    assert.deepEqual(names(dir).filter((name) => name.startsWith("copy")), ["copy.db"]);
    using copy = await openSqliteEventLog({ path: `${dir}/copy.db`, clock, readOnly: true });
    assert.equal(copy.head().position, report.events);
    assert.equal(copy.head().root, report.root);
    assert.equal(report.bytes, Deno.statSync(`${dir}/copy.db`).size);
    assert.ok(log.contains({ logId: copy.id, position: report.events, root: report.root }));
    assert.ok(report.events < log.head().position);
  });
});

Deno.test("backupLog() gives a copy that goes on as the log did", async () => {
  await inTempDir(async (dir) => {
    const clock = new ManualClock();
    using log = await someLog(`${dir}/events.db`, clock);
    await backupLog({ path: `${dir}/events.db`, target: `${dir}/copy.db`, clock });
    using copy = await openSqliteEventLog({ path: `${dir}/copy.db`, clock });
    assert.deepEqual(allLines(copy), allLines(log));
    assert.equal(copy.append([fill("next")])[0]?.status, "appended");
    assert.equal(copy.append([fill("f7")])[0]?.status, "exists");
  });
});

Deno.test("backupLog() gives a copy that is its owner's alone, whatever a killed backup left, in a folder that is as it was", async () => {
  await inTempDir(async (dir) => {
    const clock = new ManualClock();
    const path = `${dir}/events.db`;
    (await someLog(path, clock)).close();
    const folder = `${dir}/copies`;
    Deno.mkdirSync(folder);
    Deno.chmodSync(folder, 0o750);
    const left = `${folder}/copy.db.${Deno.pid}.part`;
    Deno.writeTextFileSync(left, "half of a copy");
    Deno.chmodSync(left, 0o644);
    const seen = new Set<number>();
    const onProgress = () => seen.add(modeOf(left));
    await backupLog({ path, target: `${folder}/copy.db`, clock, onProgress });
    assert.deepEqual([...seen], [0o600], "nor is it anybody else's on its way");
    assert.equal(modeOf(`${folder}/copy.db`), modeOf(path));
    assert.equal(modeOf(`${folder}/copy.db`), 0o600);
    assert.equal(modeOf(folder), 0o750);
    assert.deepEqual(names(folder), ["copy.db"]);
  });
});

Deno.test("backupLog() refuses a name that is taken, and a folder that is not there; nothing changes", async () => {
  await inTempDir(async (dir) => {
    const clock = new ManualClock();
    using _log = await someLog(`${dir}/events.db`, clock);
    const path = `${dir}/events.db`;
    Deno.writeTextFileSync(`${dir}/mine`, "precious");
    Deno.mkdirSync(`${dir}/folder`);
    const before = names(dir);
    for (const name of ["mine", "folder", "events.db"]) {
      const target = `${dir}/${name}`;
      await assert.rejects(backupLog({ path, target, clock }), { code: "backup_exists" }, name);
    }
    const target = `${dir}/none/copy.db`;
    await assert.rejects(backupLog({ path, target, clock }), { code: "backup_failed" });
    assert.equal(Deno.readTextFileSync(`${dir}/mine`), "precious");
    assert.deepEqual(names(dir), before);
  });
});

Deno.test("backupLog() keeps no copy of a log that is damaged, or that was replaced meanwhile", async () => {
  await inTempDir(async (dir) => {
    const clock = new ManualClock();
    (await someLog(`${dir}/events.db`, clock)).close();
    const options = { path: `${dir}/events.db`, target: `${dir}/copy.db`, clock };
    (await someLog(`${dir}/other.db`, clock, 5)).close();
    let replaced = false;
    const replace = (step: string) => {
      if (step !== "checking" || replaced) return;
      replaced = true;
      Deno.renameSync(`${dir}/other.db`, `${dir}/events.db`);
    };
    await assert.rejects(backupLog({ ...options, onProgress: replace }), {
      code: "backup_not_whole",
    });
    assert.ok(replaced);
    const db = new DatabaseSync(`${dir}/events.db`);
    db.exec(
      "DROP TRIGGER events_refuse_update; UPDATE events SET line = line || ' ' WHERE position = 3",
    );
    db.close();
    await assert.rejects(backupLog(options), { code: "backup_not_whole" });
    assert.deepEqual(names(dir).filter((name) => name.startsWith("copy")), []);
  });
});

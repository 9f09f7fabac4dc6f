import assert from "node:assert/strict";
import { join } from "node:path";
import { openDatabase } from "./database.ts";
import { databaseError, resultCode } from "./database_error.ts";

async function inTempDir(work: (dir: string) => void | Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("openDatabase() makes a WAL database with the wanted durability and mark", () =>
  inTempDir((dir) => {
    const path = join(dir, "new.db");
    for (const [synchronous, value] of [["FULL", 2], ["NORMAL", 1], ["OFF", 0]] as const) {
      const db = openDatabase(path, { synchronous, applicationId: 77 });
      assert.equal(db.prepare("PRAGMA journal_mode").get()?.["journal_mode"], "wal");
      assert.equal(db.prepare("PRAGMA synchronous").get()?.["synchronous"], value);
      assert.equal(db.prepare("PRAGMA application_id").get()?.["application_id"], 77);
      db.close();
    }
  }));

Deno.test("openDatabase() takes an empty file for a new one, as a crash may leave it", () =>
  inTempDir((dir) => {
    const path = join(dir, "empty.db");
    Deno.writeTextFileSync(path, "");
    openDatabase(path, { synchronous: "FULL", applicationId: 77 }).close();
    openDatabase(path, { synchronous: "FULL", applicationId: 77 }).close();
  }));

Deno.test("openDatabase() marks the file itself before anything else is in it", () =>
  inTempDir((dir) => {
    const path = join(dir, "new.db");
    const db = openDatabase(path, { synchronous: "FULL", applicationId: 0x01020304 });
    db.exec("CREATE TABLE t (a INT)");
    assert.deepEqual([...Deno.readFileSync(path).subarray(68, 72)], [1, 2, 3, 4]);
    db.close();
  }));

Deno.test("openDatabase() for reading changes nothing and makes no file", () =>
  inTempDir((dir) => {
    const path = join(dir, "new.db");
    const reading = { synchronous: "FULL", readOnly: true } as const;
    assert.throws(() => openDatabase(path, reading), { code: "database_missing" });
    assert.deepEqual([...Deno.readDirSync(dir)], []);
    const writer = openDatabase(path, { synchronous: "FULL" });
    writer.exec("CREATE TABLE t (a INT); INSERT INTO t VALUES (1)");
    const reader = openDatabase(path, reading);
    assert.equal(reader.prepare("SELECT a FROM t").get()?.["a"], 1);
    assert.throws(() => reader.exec("INSERT INTO t VALUES (2)"), /readonly/);
    reader.close();
    writer.close();
  }));

Deno.test("openDatabase() refuses a database of another kind", () =>
  inTempDir((dir) => {
    const path = join(dir, "new.db");
    openDatabase(path, { synchronous: "FULL", applicationId: 1 }).close();
    assert.throws(() => openDatabase(path, { synchronous: "FULL", applicationId: 2 }), {
      code: "database_foreign",
    });
  }));

Deno.test("databaseError() names what failed, the file and why", () =>
  inTempDir((dir) => {
    const path = join(dir, "new.db");
    const db = openDatabase(path, { synchronous: "FULL" });
    db.exec("CREATE TABLE t (a BLOB); PRAGMA max_page_count = 3");
    assert.throws(() => db.exec("INSERT INTO t VALUES (zeroblob(100000))"), (cause: unknown) => {
      assert.equal(resultCode(cause), 13);
      const error = databaseError(path, "write", cause);
      assert.equal(error.message, `Cannot write ${path}: the disk is full`);
      assert.equal(error.code, "database_full");
      assert.equal(databaseError(path, "close", error), error);
      return true;
    });
    db.close();
    assert.equal(databaseError(path, "open", "odd").message, `Cannot open ${path}: odd`);
    assert.equal(resultCode(new Error("other")), null);
  }));

Deno.test("openDatabase() makes files that nobody but their owner reads, and leaves others as they are", () =>
  inTempDir((dir) => {
    const path = join(dir, "new.db");
    const rights = (name: string) => (Deno.statSync(join(dir, name)).mode ?? 0) & 0o777;
    using db = openDatabase(path, { synchronous: "FULL" });
    db.exec("CREATE TABLE t (a)");
    assert.deepEqual(["new.db", "new.db-wal", "new.db-shm"].map(rights), [0o600, 0o600, 0o600]);
    const shared = join(dir, "shared.db");
    Deno.writeFileSync(shared, new Uint8Array());
    Deno.chmodSync(shared, 0o640);
    using other = openDatabase(shared, { synchronous: "FULL" });
    other.exec("CREATE TABLE t (a)");
    assert.equal(rights("shared.db"), 0o640);
  }));

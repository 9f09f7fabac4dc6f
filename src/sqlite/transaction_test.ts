import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { preparedOnce } from "./statements.ts";
import { inTransaction } from "./transaction.ts";

Deno.test("inTransaction() writes all or nothing, and tells what failed first", () => {
  const db = new DatabaseSync(":memory:");
  const sql = preparedOnce(db);
  db.exec("CREATE TABLE a (n INTEGER) STRICT");
  const add = (n: number) => sql("INSERT INTO a (n) VALUES (?)").run(n);
  const held = () => sql("SELECT n FROM a").all().map(({ n }) => n);
  inTransaction(db, () => {
    add(1);
    add(2);
  });
  const failed = new Error("of the work");
  assert.throws(() =>
    inTransaction(db, () => {
      add(3);
      throw failed;
    }), failed);
  assert.throws(() =>
    inTransaction(db, () => {
      db.exec("ROLLBACK");
      throw failed;
    }), failed);
  assert.deepEqual([held(), db.isTransaction], [[1, 2], false]);
  // One inside another is a mistake, and ends nothing of the outer.
  inTransaction(db, () => {
    add(4);
    assert.throws(() => inTransaction(db, () => {}), /within a transaction/);
  });
  assert.deepEqual(held(), [1, 2, 4]);
  assert.equal(sql("SELECT n FROM a"), sql("SELECT n FROM a"));
  db.close();
});

Deno.test("inTransaction() begins no work that could not be written in the end", () => {
  const folder = Deno.makeTempDirSync({ prefix: "pnl-" });
  try {
    using db = new DatabaseSync(`${folder}/a.db`, { timeout: 0 });
    using other = new DatabaseSync(`${folder}/a.db`, { timeout: 0 });
    other.exec("BEGIN IMMEDIATE");
    let began = false;
    assert.throws(() => inTransaction(db, () => void (began = true)), /database is locked/);
    assert.equal(began, false);
    other.exec("ROLLBACK");
    inTransaction(db, () => void (began = true));
    assert.equal(began, true);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

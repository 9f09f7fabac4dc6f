import assert from "node:assert/strict";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";
import { openDatabase } from "./database.ts";
import { migrate, type Migrations, schemaVersion } from "./migrate.ts";

const first: Migration = { up: (db) => run(db, "CREATE TABLE a (x INT) STRICT") };
const second: Migration = { up: (db) => run(db, "CREATE TABLE b (x INT) STRICT") };
const broken: Migration = {
  up: async (db) => {
    await run(db, "CREATE TABLE c (x INT) STRICT");
    await run(db, "INSERT INTO missing VALUES (1)");
  },
};

async function run(db: Parameters<Migration["up"]>[0], statement: string): Promise<void> {
  await sql.raw(statement).execute(db);
}

function migrations(...list: Migration[]): Migrations {
  const named = Object.fromEntries(list.map((one, at) => [`000${at + 1}_step`, one]));
  return { version: list.length, load: () => Promise.resolve(named) };
}

const unloadable = (version: number): Migrations => ({
  version,
  load: () => Promise.reject(new Error("loaded for nothing")),
});

function tables(db: DatabaseSync): string[] {
  return db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
    .map((row) => String(row["name"])).filter((name) => !name.startsWith("kysely"));
}

async function withDatabase(work: (db: DatabaseSync, path: string) => Promise<void>) {
  const dir = await Deno.makeTempDir();
  const path = join(dir, "test.db");
  const db = openDatabase(path, { synchronous: "OFF" });
  try {
    await work(db, path);
  } finally {
    db.close();
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("migrate() runs what is due, and loads nothing where nothing is", () =>
  withDatabase(async (db, path) => {
    await migrate(db, path, migrations(first));
    assert.deepEqual(tables(db), ["a"]);
    await migrate(db, path, unloadable(1));
    await migrate(db, path, migrations(first, second));
    assert.deepEqual(tables(db), ["a", "b"]);
    assert.equal(schemaVersion(db), 2);
    await migrate(db, path, unloadable(2));
  }));

Deno.test("migrate() that fails leaves the database as it was", () =>
  withDatabase(async (db, path) => {
    await migrate(db, path, migrations(first));
    await assert.rejects(migrate(db, path, migrations(first, second, broken)), {
      name: "DatabaseError",
      message: `Cannot migrate ${path}: no such table: missing`,
    });
    assert.deepEqual(tables(db), ["a"]);
    assert.equal(schemaVersion(db), 1);
    await migrate(db, path, migrations(first, second));
    assert.deepEqual(tables(db), ["a", "b"]);
  }));

Deno.test("migrate() after a crash between migrating and numbering only numbers", () =>
  withDatabase(async (db, path) => {
    await migrate(db, path, migrations(first));
    db.exec("PRAGMA user_version = 0");
    await migrate(db, path, migrations(first));
    assert.equal(schemaVersion(db), 1);
  }));

Deno.test("migrate() refuses a newer schema, and an older one that is only to be read", () =>
  withDatabase(async (db, path) => {
    await assert.rejects(migrate(db, path, unloadable(1), true), { code: "database_older" });
    db.exec("PRAGMA user_version = 3");
    await assert.rejects(migrate(db, path, unloadable(2)), {
      code: "database_newer",
      message: `Cannot use ${path}: its schema is version 3, this program knows 2`,
    });
  }));

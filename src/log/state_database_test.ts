import assert from "node:assert/strict";
import { STATE_MIGRATIONS } from "../../migrations/state/migrations.ts";
import { openDatabase } from "../sqlite/database.ts";
import { migrate, schemaVersion } from "../sqlite/migrate.ts";
import { openStateDatabase } from "./state_database.ts";

const ALL = Object.entries(STATE_MIGRATIONS);

Deno.test("openStateDatabase() brings a file of every older version to the last migration", async () => {
  for (let version = 1; version <= ALL.length; version++) {
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/state.db`;
      const old = openDatabase(path, { synchronous: "NORMAL", applicationId: 0x504e4c53 });
      const first = Object.fromEntries(ALL.slice(0, version));
      await migrate(old, path, { version, load: () => Promise.resolve(first) });
      old.close();
      const db = await openStateDatabase(path);
      assert.equal(schemaVersion(db), ALL.length);
      assert.deepEqual(db.prepare("SELECT ended_through FROM keys").all(), []);
      db.close();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});

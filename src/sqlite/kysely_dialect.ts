/** Kysely over `node:sqlite`. Loaded only where there is something to migrate. */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { type DialectAdapter, SqliteAdapter, type SqliteDatabase, SqliteDialect } from "kysely";

/** SQLite's DDL is transactional, and a half-done migration would be worse than none. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** The dialect for an open database. Destroying Kysely leaves the database open for its owner. */
export class NodeSqliteDialect extends SqliteDialect {
  constructor(db: DatabaseSync) {
    super({ database: asKyselyDatabase(db) });
  }

  override createAdapter(): DialectAdapter {
    return new TransactionalAdapter();
  }
}

function asKyselyDatabase(db: DatabaseSync): SqliteDatabase {
  return {
    close: () => {},
    prepare: (sql) => {
      const statement = db.prepare(sql);
      const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
}

/** Statements that are prepared once. */
import type { DatabaseSync, StatementSync } from "node:sqlite";

/**
 * What prepares a statement when it is first asked for, and gives the same one from then on. Only for texts
 * that stand in the code: of them there are few, so what is kept is bounded.
 */
export function preparedOnce(db: DatabaseSync): (sql: string) => StatementSync {
  const statements = new Map<string, StatementSync>();
  return (sql) => {
    const held = statements.get(sql);
    if (held !== undefined) return held;
    const statement = db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
}

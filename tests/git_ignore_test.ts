import assert from "node:assert/strict";
import { ignoredBy } from "./git_ignore.ts";

Deno.test("ignoredBy() knows names, endings, and what is of the root alone", () => {
  const ignored = ignoredBy("/data/\n.env\n*.db\nnode_modules/\n/alerts.json\n");
  const own = ["data", "data/a.txt", ".env", "a/.env", "a/b.db", "a/node_modules/b", "alerts.json"];
  assert.deepEqual(own.filter((path) => !ignored(path)), []);
  const shared = ["src/data/a.ts", ".env.example", "a.db.ts", "docs/alerts.json", "database"];
  assert.deepEqual(shared.filter(ignored), []);
});

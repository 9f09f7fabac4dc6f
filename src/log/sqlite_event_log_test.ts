import { join } from "node:path";
import { logConformance } from "./event_log_conformance.ts";
import { openSqliteEventLog } from "./sqlite_event_log.ts";
import { inTempDir } from "./testing.ts";

logConformance("SqliteEventLog", (clock, use) =>
  inTempDir(async (dir) => {
    using log = await openSqliteEventLog({ path: join(dir, "events.db"), clock });
    await use(log);
  }));

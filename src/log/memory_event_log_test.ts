import { logConformance } from "./event_log_conformance.ts";
import { MemoryEventLog } from "./memory_event_log.ts";

logConformance("MemoryEventLog", async (clock, use) => {
  using log = new MemoryEventLog({ clock });
  await use(log);
});

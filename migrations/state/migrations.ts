import type { Migration } from "kysely/migration";
import { sources } from "./0001_sources.ts";
import { starts } from "./0002_starts.ts";
import { keys } from "./0003_keys.ts";
import { alerts } from "./0004_alerts.ts";
import { endedSessions } from "./0005_ended_sessions.ts";

/** The migrations of `state.db`, by name, in order. */
export const STATE_MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001_sources": sources,
  "0002_starts": starts,
  "0003_keys": keys,
  "0004_alerts": alerts,
  "0005_ended_sessions": endedSessions,
};

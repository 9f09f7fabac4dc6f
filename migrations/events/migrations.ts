/** The migrations of `events.db`, in order. Their names and contents are never changed once released. */
import type { Migration } from "kysely/migration";
import * as log from "./0001_log.ts";

/** By name; Kysely runs them in the order of their names. */
export const EVENTS_MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001_log": log,
};

import type { Migrations } from "../../src/sqlite/migrate.ts";

/** The migrations of a projection file. Loaded when a file is made, with Kysely. */
export const PROJECTION_MIGRATIONS: Migrations = {
  version: 1,
  load: async () => ({ "0001_initial": (await import("./0001_initial.ts")).initial }),
};

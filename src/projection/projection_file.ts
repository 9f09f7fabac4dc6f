/** The files of the projection: builds, and the pointer that names the current one. */
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { PROJECTION_MIGRATIONS } from "../../migrations/projection/migrations.ts";
import { openDatabase } from "../sqlite/database.ts";
import { migrate } from "../sqlite/migrate.ts";
import type { Identity } from "./epoch.ts";
import { SnapshotStore } from "./snapshot_store.ts";

/** Name of the pointer file: one line, the name of the current build. Replaced by rename only. */
export const POINTER = "projection.current";

const BUILD_NAME = /^projection-v\d{1,6}-[0-9a-f]{12}\.db$/;

/** "PnLp": marks the file as a projection. */
const APPLICATION_ID = 0x506e4c70;
/**
 * What holds a build's file holds up whoever uses it, requests too, for so long, milliseconds. Then the
 * fold has failed, says so and tries again, and the others have their turn.
 */
const BUSY_MS = 100;

/** A build that nobody has written for so long is nobody's. */
const ABANDONED_MS = 10 * 60_000;

/** A projection file that can be written. */
export interface Build {
  readonly name: string;
  readonly store: SnapshotStore;
}

/** Name of the current build; null where there is no pointer or it names none. */
export function readPointer(dataDir: string): string | null {
  try {
    const name = Deno.readTextFileSync(join(dataDir, POINTER)).trim();
    return BUILD_NAME.test(name) ? name : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Makes a build the current one. A crash leaves the old pointer or the new one, never half of one. */
export function movePointer(dataDir: string, name: string): void {
  if (!buildExists(dataDir, name)) {
    throw new Deno.errors.NotFound(`Cannot point to ${name}: it is not in ${dataDir}`);
  }
  const temporary = join(dataDir, `${POINTER}.${name}.tmp`);
  const file = Deno.openSync(temporary, { write: true, create: true, truncate: true });
  try {
    const bytes = new TextEncoder().encode(`${name}\n`);
    for (let written = 0; written < bytes.length;) {
      written += file.writeSync(bytes.subarray(written));
    }
    file.syncSync();
  } finally {
    file.close();
  }
  Deno.renameSync(temporary, join(dataDir, POINTER));
}

/** True where the build's file is there. */
export function buildExists(dataDir: string, name: string): boolean {
  try {
    return Deno.statSync(join(dataDir, name)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Makes a new, empty build, to be filled fast. It is nobody's until {@link establishBuild} points to it;
 * until then a crash leaves a file that nobody reads.
 */
export async function createBuild(dataDir: string, identity: Identity): Promise<Build> {
  const random = crypto.getRandomValues(new Uint8Array(6)).toHex();
  const name = `projection-v${identity.foldVersion}-${random}.db`;
  try {
    const path = join(dataDir, name);
    const db = openDatabase(path, {
      synchronous: "NORMAL",
      applicationId: APPLICATION_ID,
      busyMs: BUSY_MS,
    });
    try {
      await migrate(db, path, PROJECTION_MIGRATIONS);
      const store = new SnapshotStore(db);
      store.bind(identity);
      store.beginBulk();
      return { name, store };
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    removeBuild(dataDir, name);
    throw error;
  }
}

/** Brings a new build safely to disk and makes it the current one. */
export function establishBuild(dataDir: string, { name, store }: Build): void {
  store.endBulk();
  const file = Deno.openSync(join(dataDir, name), { read: true, write: true });
  try {
    file.syncSync();
  } finally {
    file.close();
  }
  movePointer(dataDir, name);
}

/** Opens a build for writing. */
export function openBuild(dataDir: string, name: string): Build {
  if (!buildExists(dataDir, name)) {
    throw new Deno.errors.NotFound(`Cannot open ${name}: it is not in ${dataDir}`);
  }
  const db = openDatabase(join(dataDir, name), {
    busyMs: BUSY_MS,
    synchronous: "NORMAL",
    applicationId: APPLICATION_ID,
  });
  try {
    return { name, store: new SnapshotStore(db) };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens a build for reading, beside whoever writes it. */
export function openBuildReadOnly(dataDir: string, name: string): DatabaseSync {
  return openDatabase(join(dataDir, name), {
    busyMs: BUSY_MS,
    readOnly: true,
    synchronous: "NORMAL",
    applicationId: APPLICATION_ID,
  });
}

/** Deletes a build with all that SQLite put beside it. One that is gone is no error. */
export function removeBuild(dataDir: string, name: string): void {
  for (const suffix of ["", "-wal", "-shm"]) {
    try {
      Deno.removeSync(join(dataDir, name + suffix));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/**
 * Deletes the builds that neither the pointer nor `keep` names and that nobody has written for ten
 * minutes: old ones, and what a killed rebuild left.
 *
 * @returns the names deleted
 */
export function sweepBuilds(dataDir: string, keep: readonly string[], nowMs: number): string[] {
  const kept = new Set([readPointer(dataDir), ...keep]);
  const names = [...Deno.readDirSync(dataDir)].map((entry) => entry.name)
    .filter((name) => BUILD_NAME.test(name) && !kept.has(name))
    .filter((name) => nowMs - lastWritten(dataDir, name) > ABANDONED_MS);
  for (const name of names) removeBuild(dataDir, name);
  return names;
}

/** When the build or its write-ahead log was last written, milliseconds since the epoch. */
function lastWritten(dataDir: string, name: string): number {
  const times = ["", "-wal"].map((suffix) => {
    try {
      return Deno.statSync(join(dataDir, name + suffix)).mtime?.getTime() ?? 0;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw error;
    }
  });
  return Math.max(...times);
}

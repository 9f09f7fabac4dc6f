/** The checks of `doctor` on this machine: disk, databases, lock, port, permissions. */
import { statfsSync } from "node:fs";
import { readDashboard } from "../http/dashboard_files.ts";
import { readDataLock } from "../log/data_lock.ts";
import { openSqliteEventLog } from "../log/sqlite_event_log.ts";
import { systemClock } from "../log/system_clock.ts";
import { readPointer } from "../projection/projection_file.ts";
import { openDatabase } from "../sqlite/database.ts";
import { type Check, fail, ok, skip, warn } from "./check.ts";
import type { Config, Environment } from "./config.ts";
import { prepareFolder } from "./folder.ts";
import { DASHBOARD_FOLDER, grantsOf } from "./grants.ts";
import { logPath } from "./open_log.ts";
import { rateCheck } from "./rate_checks.ts";
import type { SettingName } from "./settings.ts";

const LEAST_FREE_BYTES = 500_000_000;

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The folder can be written, and there is room in it. */
function diskCheck(name: string, path: string, setting: SettingName): Check {
  return {
    name,
    run: () => {
      prepareFolder(path, setting);
      const { bavail, bsize } = statfsSync(path);
      const free = Number(bavail) * Number(bsize);
      const shown = `${path} can be written, ${(free / 1e9).toFixed(1)} GB free`;
      return free < LEAST_FREE_BYTES ? fail(`${shown}: less than 0.5 GB`) : ok(shown);
    },
  };
}

/** SQLite's own quick check of a file. */
function quickCheck(path: string): string {
  const db = openDatabase(path, { readOnly: true, synchronous: "OFF" });
  try {
    return String(db.prepare("PRAGMA quick_check(1)").get()?.["quick_check"] ?? "no answer");
  } finally {
    db.close();
  }
}

/** Opens the file for writing and changes nothing. Before SQLite has it: closing would end its locks. */
function isWritable(path: string): boolean {
  try {
    Deno.openSync(path, { read: true, write: true }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}

function databaseCheck(name: string, path: string | null): Check {
  return {
    name,
    run: () => {
      if (path === null || !exists(path)) return skip("not there yet");
      if (!isWritable(path)) return fail(`${path} may not be written by this user`);
      const said = quickCheck(path);
      return said === "ok" ? ok(`${path} is sound`) : fail(`${path}: ${said}`);
    },
  };
}

/** The log opens: its hashes give the Merkle root that its head says. */
function headCheck(config: Config): Check {
  return {
    name: "event log",
    run: async () => {
      const path = logPath(config);
      if (!exists(path)) return skip("not there yet");
      using log = await openSqliteEventLog({ path, clock: systemClock, readOnly: true });
      const { position, root } = log.head();
      return ok(`${position} events, Merkle root ${root.slice(0, 16)}…`);
    },
  };
}

function portCheck(config: Config): Check {
  const address = `${config.host}:${config.port}`;
  return {
    name: "server",
    run: () => {
      const holder = config.role === "edge" ? null : readDataLock(config.dataDir);
      if (holder !== null) return ok(`running: process ${holder.pid} on port ${holder.port}`);
      try {
        Deno.listen({ hostname: config.host, port: config.port }).close();
        return ok(`not running; ${address} is free`);
      } catch (error) {
        if (!(error instanceof Deno.errors.AddrInUse)) throw error;
        return fail(`not running, and ${address} is in use by another program (PORT)`);
      }
    },
  };
}

/** The process may do what `serve` will have to do, but for alerts: this one neither reads rules nor sends. */
function permissionCheck(config: Config, env: Environment): Check {
  return {
    name: "permissions",
    run: () => {
      const { net, read, write } = grantsOf("serve", { ...config, alertsFile: null }, env);
      const wanted: Deno.PermissionDescriptor[] = [
        ...net.map((host) => ({ name: "net", host } as const)),
        ...read.map((path) => ({ name: "read", path } as const)),
        ...write.map((path) => ({ name: "write", path } as const)),
      ];
      const missing = wanted.filter((each) => Deno.permissions.querySync(each).state !== "granted");
      return missing.length === 0
        ? ok(`${wanted.length} granted, no other needed`)
        : fail(`missing: ${missing.map((each) => JSON.stringify(each)).join(", ")}`);
    },
  };
}

/** The page is there to be served. */
const DASHBOARD_CHECK: Check = {
  name: "dashboard",
  run: async () => {
    const files = await readDashboard(DASHBOARD_FOLDER);
    return files === null
      ? warn("not built: / has nothing to show until deno task build has run")
      : ok(`built, ${files.assets.size + 1} files`);
  },
};

/** The checks of what is on this machine. */
export function localChecks(config: Config, env: Environment): Check[] {
  const { dataDir, logDir } = config;
  const logs = diskCheck("log directory", logDir, "LOG_DIR");
  if (config.role === "edge") {
    return [
      permissionCheck(config, env),
      logs,
      DASHBOARD_CHECK,
      rateCheck(config),
      portCheck(config),
    ];
  }
  return [
    permissionCheck(config, env),
    diskCheck("data directory", dataDir, "PNL_DATA_DIR"),
    logs,
    databaseCheck("events.db", logPath(config)),
    headCheck(config),
    databaseCheck("state.db", `${dataDir}/state.db`),
    {
      name: "projection",
      run: () => {
        const name = readPointer(dataDir);
        return databaseCheck("projection", name === null ? null : `${dataDir}/${name}`).run();
      },
    },
    DASHBOARD_CHECK,
    rateCheck(config),
    portCheck(config),
  ];
}

/** One writer per data directory: an operating-system lock beside the log. */
import { join } from "node:path";

/** Who holds a data directory. */
export interface LockHolder {
  readonly pid: number;
  /** The port it serves on. */
  readonly port: number;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
}

/** Another process has the data directory. `pid` and `port` are null where it has not said them yet. */
export class DataLockedError extends Error {
  readonly code = "data_locked";
  constructor(readonly dir: string, readonly pid: number | null, readonly port: number | null) {
    const holder = pid === null ? "another process" : `process ${pid} on port ${port}`;
    super(`Cannot use ${dir}: ${holder} is using it`);
    this.name = "DataLockedError";
  }
}

/** The lock's file cannot be written: a full disk, a folder without rights. */
export class DataLockError extends Error {
  readonly code = "data_lock_failed";
  constructor(readonly dir: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DataLockError";
  }
}

/** The lock, held until it is released or the process ends, however it ends. */
export interface DataLock extends Disposable {
  readonly holder: LockHolder;
  /**
   * Device and inode of the lock's file: another folder has another, even where it is a copy, and no other
   * has this one while the lock is held. Null where the platform has none.
   */
  readonly place: string | null;
  /** Says another port, where the system chose it. */
  setPort(port: number): void;
  release(): void;
}

/** The content is always this long, so that writing over it never leaves a torn or mixed one. */
const CONTENT_BYTES = 256;
/** A reader holds the lock for an instant; a writer tries again before it gives up. */
const TRIES = 5;
const RETRY_MS = 20;

const lockPath = (dir: string) => join(dir, "events.db.lock");

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function writeHolder(file: Deno.FsFile, holder: LockHolder): void {
  const content = JSON.stringify(holder).padEnd(CONTENT_BYTES - 1) + "\n";
  file.seekSync(0, Deno.SeekMode.Start);
  file.writeSync(new TextEncoder().encode(content));
  file.truncateSync(CONTENT_BYTES);
}

function parseHolder(text: string): LockHolder | null {
  try {
    const { pid, port, startedAt } = JSON.parse(text);
    const isHolder = Number.isSafeInteger(pid) && Number.isSafeInteger(port) &&
      typeof startedAt === "string";
    return isHolder ? { pid, port, startedAt } : null;
  } catch {
    return null;
  }
}

function readContent(dir: string): LockHolder | null {
  return parseHolder(Deno.readTextFileSync(lockPath(dir)));
}

function lockError(dir: string, cause: unknown): DataLockError {
  const reason = cause instanceof Deno.errors.PermissionDenied
    ? `${lockPath(dir)} may not be written`
    : cause instanceof Error
    ? cause.message
    : String(cause);
  return new DataLockError(dir, `Cannot lock ${dir}: ${reason}`, { cause });
}

function placeOf(file: Deno.FsFile): string | null {
  const { dev, ino } = file.statSync();
  return ino === null ? null : `${dev}:${ino}`;
}

function openLock(dir: string): Deno.FsFile {
  try {
    return Deno.openSync(lockPath(dir), { read: true, write: true, create: true });
  } catch (cause) {
    // A missing permission of the runtime is told apart by the command line.
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw lockError(dir, cause);
  }
}

/**
 * Takes the data directory for this process.
 *
 * @throws {DataLockedError} naming who has it
 * @throws {DataLockError} where its file cannot be written
 */
export function acquireDataLock(dir: string, { port }: { readonly port: number }): DataLock {
  const file = openLock(dir);
  for (let attempt = 1; !file.tryLockSync(true); attempt++) {
    if (attempt < TRIES) {
      pause(RETRY_MS);
      continue;
    }
    file.close();
    const holder = readContent(dir);
    throw new DataLockedError(dir, holder?.pid ?? null, holder?.port ?? null);
  }
  let holder: LockHolder = { pid: Deno.pid, port, startedAt: new Date().toISOString() };
  try {
    writeHolder(file, holder);
  } catch (cause) {
    file.close();
    throw lockError(dir, cause);
  }
  const place = placeOf(file);
  let isHeld = true;
  const release = () => {
    if (!isHeld) return;
    isHeld = false;
    file.close();
  };
  return {
    get holder() {
      return holder;
    },
    place,
    setPort: (port) => {
      holder = { ...holder, port };
      writeHolder(file, holder);
    },
    release,
    [Symbol.dispose]: release,
  };
}

/** Who holds a data directory now; null where nobody does, whatever an ended process left there. */
export function readDataLock(dir: string): LockHolder | null {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(lockPath(dir), { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  using held = file;
  if (held.tryLockSync(false)) return null;
  return readContent(dir);
}

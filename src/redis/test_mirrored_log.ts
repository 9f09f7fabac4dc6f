/** A log in a folder of its own with a mirror on a real Redis, behind a proxy: for the tests of the mirror. */
import { openSqliteEventLog, type SqliteEventLog } from "../log/sqlite_event_log.ts";
import { systemClock } from "../log/system_clock.ts";
import { fill } from "../log/testing.ts";
import { BranchKeeper } from "./branch.ts";
import { RedisConnection } from "./connection.ts";
import { EventMirror } from "./event_mirror.ts";
import type { WriterIdentity } from "./identity.ts";
import { startRedis, type TestRedis } from "./testing.ts";
import { assertMirrors, eventually } from "./test_mirror.ts";
import { type FaultyProxy, startFaultyProxy } from "./test_proxy.ts";

/** A log of a test, with events in it. */
export interface TestLog extends Disposable {
  readonly dir: string;
  readonly log: SqliteEventLog;
  /** Appends so many events, in batches of 1,000. */
  append(count: number): void;
}

let appended = 0;

/** @param from folder of a log that this one is a copy of */
export async function openTestLog(events: number, from?: string): Promise<TestLog> {
  const dir = await Deno.makeTempDir({ prefix: "pnl-mirror-" });
  if (from !== undefined) {
    for (const { name } of Deno.readDirSync(from)) {
      Deno.copyFileSync(`${from}/${name}`, `${dir}/${name}`);
    }
  }
  const log = await openSqliteEventLog({ path: `${dir}/events.db`, clock: systemClock });
  const append = (count: number) => {
    for (let left = count; left > 0; left -= 1_000) {
      const batch = Array.from({ length: Math.min(left, 1_000) }, () => fill(`fill-${appended++}`));
      log.append(batch);
    }
  };
  append(events);
  return {
    dir,
    log,
    append,
    [Symbol.dispose]: () => {
      log.close();
      Deno.removeSync(dir, { recursive: true });
    },
  };
}

/** Options of {@link startMirror}. */
export interface StartMirrorOptions {
  readonly retention?: number;
  readonly batch?: number;
  readonly checkMs?: number;
  readonly identity?: Partial<WriterIdentity>;
  readonly commandTimeoutMs?: number;
}

/** A mirror that runs. */
export interface RunningMirror extends AsyncDisposable {
  readonly redis: RedisConnection;
  readonly branches: BranchKeeper;
  readonly mirror: EventMirror;
}

/** Starts a mirror of a log. */
export function startMirror(
  url: string,
  log: SqliteEventLog,
  { retention = 1_000_000, identity, commandTimeoutMs, ...options }: StartMirrorOptions = {},
): RunningMirror {
  const redis = new RedisConnection({
    url,
    ...(commandTimeoutMs === undefined ? {} : { commandTimeoutMs }),
  });
  const who: WriterIdentity = {
    holder: "holder-1",
    token: 1,
    predecessor: null,
    logId: log.id,
    address: () => "http://127.0.0.1:3000",
    ...identity,
  };
  const common = { redis, log, identity: who, retention };
  const branches = new BranchKeeper(common);
  const mirror = new EventMirror({ ...common, ...options, branches, clock: systemClock });
  const stop = new AbortController();
  const running = mirror.run(stop.signal);
  return {
    redis,
    branches,
    mirror,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await redis.close();
      await running;
    },
  };
}

/** A server, a proxy before it, a log and its mirror. */
export interface MirrorScene extends RunningMirror, TestLog {
  readonly server: TestRedis;
  readonly proxy: FaultyProxy;
  /** Waits until the mirror is at the end of the log, and asserts that Redis holds what the log retains. */
  holds(mostMs?: number): Promise<void>;
}

/** Options of {@link withMirror}. */
export interface WithMirrorOptions extends StartMirrorOptions {
  /** How many events the log has before the mirror starts; default 20. */
  readonly events?: number;
  /** Arguments of `redis-server`. */
  readonly args?: readonly string[];
}

/** Runs `work` on a scene, and clears it away. */
export async function withMirror(
  { events = 20, args = [], ...options }: WithMirrorOptions,
  work: (scene: MirrorScene) => Promise<void>,
): Promise<void> {
  await using server = await startRedis(args);
  await using proxy = await startFaultyProxy(server.port);
  using test = await openTestLog(events);
  await using running = startMirror(proxy.url, test.log, options);
  const retention = options.retention ?? 1_000_000;
  const holds = (mostMs?: number) =>
    assertMirrors(server.client, test.log, {
      retention,
      ...(mostMs === undefined ? {} : { mostMs }),
    });
  await work({ ...running, ...test, server, proxy, holds });
}

/** Waits until the mirror is at the end of the log, by its own word. */
export async function caughtUp({ mirror, log }: Pick<MirrorScene, "mirror" | "log">) {
  await eventually(
    () => mirror.status().position === log.head().position,
    20_000,
    "the mirror to catch up",
  );
}

/** The composition root: puts the parts together for a configuration, starts them, stops them in turn. */
import { getLogger } from "@logtape/logtape";
import type { Alerts } from "../alerts/alerts.ts";
import type { Access } from "../access/access.ts";
import type { Operations } from "../http/operations.ts";
import type { Share } from "../http/rate_limit.ts";
import type { Server } from "../http/server.ts";
import { acquireDataLock } from "../log/data_lock.ts";
import { checkLogFiles } from "../log/log_files.ts";
import { openSqliteEventLog, type SqliteEventLog } from "../log/sqlite_event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import { Explainer } from "../projection/explainer.ts";
import { openReadPath } from "../projection/open_read_path.ts";
import { Projector } from "../projection/projector.ts";
import { isConfirmed } from "../projection/served.ts";
import { checkBindings } from "../sources/binding.ts";
import { Poller } from "../sources/poller.ts";
import type { Source } from "../sources/source.ts";
import { StateStore } from "../sources/state_store.ts";
import type { Hub } from "../stream/hub.ts";
import type { AlertSettings } from "./alert_settings.ts";
import type { Config } from "./config.ts";
import { prepareFolder } from "./folder.ts";
import { watchMidnight } from "./midnight.ts";
import { logPath } from "./open_log.ts";
import { openSharing, openWriterAccess } from "./node_access.ts";
import { addressOf, serveNode } from "./serve_node.ts";
import { liveSources, sandboxSources } from "./upstreams.ts";
import { claimRedis, connectRedis, type WriterRedis } from "./writer_redis.ts";

const logger = getLogger(["pnl", "sandbox"]);

/** A running server. */
export interface Application {
  /** The port that it listens on. */
  readonly port: number;
  /**
   * Stops polling, finishes the append, ends the streams, checkpoints, and releases the lock.
   *
   * @returns false where a peer that does not read was left behind
   */
  stop(): Promise<boolean>;
}

/** The sources; in sandbox mode the stand-ins that they read from are started, and stopped with `stack`. */
async function openSources(
  config: Config,
  clock: Clock,
  stack: AsyncDisposableStack,
): Promise<Source[]> {
  if (config.mode === "live") return liveSources(config, clock);
  const { startSandbox } = await import("../sandbox/sandbox.ts");
  const sandbox = await startSandbox({
    clock,
    seed: config.sandboxSeed,
    dataDir: config.dataDir,
    host: "127.0.0.1",
  });
  stack.defer(() => sandbox.stop());
  logger.info("The stand-ins take faults by POST at {faultsUrl}", { faultsUrl: sandbox.faultsUrl });
  return sandboxSources(config, sandbox, clock);
}

/** What runs. */
interface Parts {
  readonly log: SqliteEventLog;
  readonly projector: Projector;
  readonly poller: Poller;
  readonly access: Access;
  readonly share: Share | null;
  /** Null where none is configured. */
  readonly redis: WriterRedis | null;
}

/** Opens all that writes, in order, up to the lease in Redis; what was opened is on `stack`, whatever happens. */
async function openParts(
  config: Config,
  clock: Clock,
  stack: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<Parts & { readonly setPort: (port: number) => void }> {
  prepareFolder(config.dataDir, "PNL_DATA_DIR");
  const lock = stack.use(acquireDataLock(config.dataDir, { port: config.port }));
  const connection = config.redis === null ? null : await connectRedis(config.redis, stack);
  const state = stack.use(await StateStore.open({ path: `${config.dataDir}/state.db` }));
  const { access, publish } = await openWriterAccess(config, clock, connection, stack);
  const share = await openSharing(clock, connection, stack);
  const path = logPath(config);
  await checkLogFiles({ path, known: state.lineage(), clock });
  const log = stack.use(await openSqliteEventLog({ path, clock }));
  const sources = await openSources(config, clock, stack);
  await checkBindings({ sources, log, signal });
  const { dataDir, intervalMs: windowMs, breakerThreshold, breakerResetMs } = config;
  const projector = await Projector.open({ log, dataDir, windowMs, clock });
  stack.defer(() => projector.close());
  const poller = new Poller({ sources, log, state, clock, breakerThreshold, breakerResetMs });
  const setPort = (port: number) => lock.setPort(port);
  if (connection === null || config.redis === null) {
    return { log, projector, poller, access, share, redis: null, setPort };
  }
  const redis = await claimRedis(config, clock, {
    redis: connection,
    retention: config.redis.retention,
    place: lock.place,
    statuses: () => poller.statuses(),
    ...{ state, log, projector },
  }, signal);
  stack.defer(() => redis.stop());
  await publish(() => !redis.isLost);
  return { log, projector, poller, access, share, redis, setPort };
}

/**
 * How long ago the log's end was known. Where another process has the lease it may have appended since:
 * this one does not know any more where the log ends.
 */
function confirmedAgeMs({ redis, projector }: Parts): number | null {
  return redis?.isLost === true ? null : projector.confirmedAgeMs;
}

/** Everything that reads and streams, on top of what writes. */
async function listen(
  config: Config,
  clock: Clock,
  parts: Parts,
  alerts: Alerts | null,
  stack: AsyncDisposableStack,
): Promise<{ readonly server: Server; readonly hub: Hub; readonly operations: Operations }> {
  const { log, projector, poller, redis } = parts;
  const between = redis === null ? [] : [redis.tier];
  const { readPath, stop } = openReadPath({ projector, clock, between });
  stack.defer(stop);
  return await serveNode(config, clock, {
    role: "all",
    access: parts.access,
    share: parts.share,
    log,
    projection: projector,
    explainer: new Explainer({ log, clock, projection: projector }),
    readPath,
    statuses: () => poller.statuses(),
    polls: () => poller.polls(),
    confirmedAgeMs: () => confirmedAgeMs(parts),
    intervalMs: () => config.intervalMs,
    mode: () => config.mode,
    writerAddress: () => null,
    redis: redis === null ? null : () => redis.health(),
    alerts: alerts === null ? null : () => alerts.health(),
  });
}

/** The alerts that the configuration asks for, which the stack closes; null where it asks for none. */
async function openAlerts(
  { dataDir, mode }: Config,
  clock: Clock,
  settings: AlertSettings | null,
  stack: AsyncDisposableStack,
): Promise<Alerts | null> {
  if (settings === null) return null;
  const { Alerts } = await import("../alerts/alerts.ts");
  const { rules, receivers } = settings;
  const options = { rules, receivers, clock, path: `${dataDir}/state.db`, mode: mode ?? "live" };
  return stack.use(await Alerts.open(options));
}

/** Begins to judge and deliver. Returns what ends both; nothing, where there are no alerts. */
function startAlerts(
  alerts: Alerts | null,
  { intervalMs }: Config,
  parts: Parts,
  { watch }: Operations,
): () => Promise<void> {
  if (alerts === null) return () => Promise.resolve();
  return alerts.start({
    projection: parts.projector,
    statuses: () => parts.poller.statuses(),
    stalls: () => watch.stalls,
    isConfirmed: () => isConfirmed(confirmedAgeMs(parts), intervalMs),
  });
}

/** Starts what runs by itself. Where another process writes to Redis, all that appends ends; reads go on. */
function run(
  { log, projector, poller, redis }: Parts,
  clock: Clock,
  address: string,
  stack: AsyncDisposableStack,
): void {
  const ending = new AbortController();
  void projector.run(ending.signal);
  redis?.start(address);
  poller.start(ending.signal);
  const endMidnight = watchMidnight(log, clock, () => poller.isClockTrusted());
  stack.defer(endMidnight);
  redis?.onLost((reason) => {
    poller.halt(reason);
    endMidnight();
  });
}

/**
 * Starts the server. Where a part cannot start, those before it are stopped again.
 *
 * @param signal ends waiting for another's lease in Redis
 * @param alertSettings null where there are no rules
 * @throws {DataLockedError} where another process has the data directory
 * @throws {LogFilesError} where the log is gone, or its files do not belong together
 * @throws {BindingError} where the log belongs to another account or host
 * @throws {ForeignLogError} where Redis mirrors another log
 * @throws {LeaseHeldError} where another process writes to Redis
 * @throws {ListenError} where the address is taken
 * @throws the signal's reason
 */
export async function startApplication(
  config: Config,
  clock: Clock,
  signal: AbortSignal = new AbortController().signal,
  alertSettings: AlertSettings | null = null,
): Promise<Application> {
  await using stack = new AsyncDisposableStack();
  const parts = await openParts(config, clock, stack, signal);
  const alerts = await openAlerts(config, clock, alertSettings, stack);
  const { server, hub, operations } = await listen(config, clock, parts, alerts, stack);
  stack.defer(parts.projector.onRestart(() => hub.sendAway()));
  parts.setPort(server.port);
  run(parts, clock, addressOf(config, server.port), stack);
  const endAlerts = startAlerts(alerts, config, parts, operations);
  const running = stack.move();
  let stopping: Promise<boolean> | null = null;
  const stop = async () => {
    // A source that is stopped on purpose, or a stream that drains, is no alert.
    await endAlerts();
    // What was appended last still goes to Redis while the peers say goodbye.
    const writing = parts.poller.stop().then(() => parts.redis?.stop());
    const [clean] = await Promise.all([server.stop(), writing]);
    await running.disposeAsync();
    return clean;
  };
  return { port: server.port, stop: () => stopping ??= stop() };
}

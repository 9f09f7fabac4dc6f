/** The composition root: puts the parts together for a configuration, starts them, stops them in turn. */
import type { Server } from "../http/server.ts";
import { acquireDataLock } from "../log/data_lock.ts";
import { checkLogFiles } from "../log/log_files.ts";
import { openSqliteEventLog, type SqliteEventLog } from "../log/sqlite_event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import { openReadPath } from "../projection/open_read_path.ts";
import { Projector } from "../projection/projector.ts";
import { checkBindings } from "../sources/binding.ts";
import { Poller } from "../sources/poller.ts";
import type { Source } from "../sources/source.ts";
import { StateStore } from "../sources/state_store.ts";
import type { Config } from "./config.ts";
import { prepareFolder } from "./folder.ts";
import { watchMidnight } from "./midnight.ts";
import { logPath } from "./open_log.ts";
import { serveNode } from "./serve_node.ts";
import { liveSources, sandboxSources } from "./upstreams.ts";

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
  return sandboxSources(config, sandbox, clock);
}

/** Everything that reads and streams, on top of what writes. */
function listen(
  config: Config,
  clock: Clock,
  parts: { readonly log: SqliteEventLog; readonly projector: Projector; readonly poller: Poller },
  stack: AsyncDisposableStack,
): Server {
  const { log, projector, poller } = parts;
  const { readPath, stop } = openReadPath({ projector, clock });
  stack.defer(stop);
  return serveNode(config, clock, {
    role: "all",
    log,
    projection: projector,
    readPath,
    statuses: () => poller.statuses(),
    confirmedAgeMs: () => projector.confirmedAgeMs,
    intervalMs: () => config.intervalMs,
    mode: () => config.mode,
    writerAddress: () => null,
    redis: null,
  }).server;
}

/** Starts the parts in order; what was started is on `stack`, whatever happens. */
async function startParts(
  config: Config,
  clock: Clock,
  stack: AsyncDisposableStack,
): Promise<{ readonly server: Server; readonly poller: Poller }> {
  prepareFolder(config.dataDir, "PNL_DATA_DIR");
  const lock = stack.use(acquireDataLock(config.dataDir, { port: config.port }));
  const state = stack.use(await StateStore.open({ path: `${config.dataDir}/state.db` }));
  const path = logPath(config);
  await checkLogFiles({ path, known: state.lineage(), clock });
  const log = stack.use(await openSqliteEventLog({ path, clock }));
  const sources = await openSources(config, clock, stack);
  const ending = new AbortController();
  await checkBindings({ sources, log, signal: ending.signal });
  const projector = await Projector.open({
    log,
    dataDir: config.dataDir,
    windowMs: config.intervalMs,
    clock,
  });
  stack.defer(() => projector.close());
  const poller = new Poller({
    sources,
    log,
    state,
    clock,
    breakerThreshold: config.breakerThreshold,
    breakerResetMs: config.breakerResetMs,
  });
  const server = listen(config, clock, { log, projector, poller }, stack);
  lock.setPort(server.port);
  void projector.run(ending.signal);
  poller.start(ending.signal);
  stack.defer(watchMidnight(log, clock, () => poller.isClockTrusted()));
  return { server, poller };
}

/**
 * Starts the server. Where a part cannot start, those before it are stopped again.
 *
 * @throws {DataLockedError} where another process has the data directory
 * @throws {LogFilesError} where the log is gone, or its files do not belong together
 * @throws {BindingError} where the log belongs to another account or host
 * @throws {ListenError} where the address is taken
 */
export async function startApplication(config: Config, clock: Clock): Promise<Application> {
  await using stack = new AsyncDisposableStack();
  const { server, poller } = await startParts(config, clock, stack);
  const running = stack.move();
  let stopping: Promise<boolean> | null = null;
  const stop = async () => {
    const [clean] = await Promise.all([server.stop(), poller.stop()]);
    await running.disposeAsync();
    return clean;
  };
  return { port: server.port, stop: () => stopping ??= stop() };
}

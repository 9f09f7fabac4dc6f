/** A whole server on real parts for tests: log, projection and read path in a folder of their own. */
import { openAccess } from "../access/test_open_access.ts";
import { openSqliteEventLog, type SqliteEventLog } from "../log/sqlite_event_log.ts";
import type { Clock } from "../pnl/clock.ts";
import type { Candidate } from "../pnl/event.ts";
import { emptyFrameOf } from "../projection/default_answer.ts";
import { Explainer } from "../projection/explainer.ts";
import { openReadPath } from "../projection/open_read_path.ts";
import { Projector } from "../projection/projector.ts";
import { reached } from "../projection/testing.ts";
import { CLOSED_BREAKER, type SourceStatus } from "../sources/status.ts";
import { Hub } from "../stream/hub.ts";
import type { HubOptions } from "../stream/hub_options.ts";
import { createApp } from "./app.ts";
import { Operations } from "./operations.ts";
import type { AppDeps } from "./deps.ts";
import { rateLimits, type Share } from "./rate_limit.ts";
import { serveWith } from "./serve.ts";
import { type Server, startServer } from "./server.ts";
import { TrustedProxies } from "./trusted_proxies.ts";

/** Length of the windows. */
export const WINDOW_MS = 5_000;

/** A wall clock that stands until it is stepped; the monotonic one runs. */
export class TestClock implements Clock {
  #now = Date.UTC(2026, 10, 22, 10);
  now(): number {
    return this.#now;
  }
  monotonic(): number {
    return performance.now();
  }
  /** Moves the wall clock by some milliseconds. */
  step(ms: number): void {
    this.#now += ms;
  }
}

/** What a test may have other than usual. */
export interface TestServerOptions extends
  Partial<
    Pick<AppDeps, "access" | "alerts" | "allowedOrigins" | "dashboard" | "publicUrl" | "redis">
  > {
  readonly mode?: "live" | "sandbox";
  /** Requests a second of one address, and of one key; default: any number. */
  readonly rates?: Parameters<typeof rateLimits>[0];
  /** By which what was spent comes back; default: the one that runs. */
  readonly rateClock?: Clock;
  readonly share?: Share;
  /** Addresses and networks. */
  readonly trustedProxies?: readonly string[];
  readonly hub?: Partial<Omit<HubOptions, "projection" | "serve" | "empty">>;
  readonly statuses?: readonly SourceStatus[];
  readonly polls?: Operations["polls"];
  /** The interval that the watchdog goes by, milliseconds; default {@link WINDOW_MS}. */
  readonly watchIntervalMs?: number;
  readonly stopMs?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
}

/** A running server, and the parts behind it. */
export interface TestServer extends AsyncDisposable {
  readonly origin: string;
  readonly log: SqliteEventLog;
  readonly projector: Projector;
  readonly hub: Hub;
  readonly clock: TestClock;
  readonly server: Server;
  readonly deps: AppDeps;
  /** Appends totals of the billing service and waits until they are folded. */
  collect(...collected: string[]): Promise<void>;
  /** Ends the fold, while all else goes on. */
  stopFolding(): Promise<void>;
  /** Makes finals: each step goes to another window and appends one event there. */
  windows(count: number): Promise<void>;
  /** `fetch` of a path of this server. */
  get(path: string, init?: RequestInit): Promise<Response>;
}

/** An observation of lifetime totals. */
export function totals(collected: string, nowMs: number): Candidate {
  return {
    kind: "observation",
    source: "/revenue",
    type: "pnl.revenue.totals.observed.v1",
    subject: "totals",
    time: new Date(nowMs).toISOString(),
    data: { invoiced: "1000000", collected },
  };
}

/** A source that works. */
export function workingSource(clock: Clock): SourceStatus {
  return {
    name: "revenue",
    state: "ok",
    intervalMs: 5_000,
    lastSuccessAt: new Date(clock.now()).toISOString(),
    nextPollAt: null,
    backfillRows: 0,
    breaker: CLOSED_BREAKER,
  };
}

/** What a test chooses, or what is usual: a live writer without Redis that asks nobody for a key. */
function chosen(options: TestServerOptions, clock: Clock) {
  return {
    version: "0.0.0-test",
    mode: () => options.mode ?? "live",
    writerAddress: () => null,
    redis: options.redis ?? null,
    alerts: options.alerts ?? null,
    access: options.access ?? openAccess(clock),
    publicUrl: options.publicUrl ?? null,
    allowedOrigins: options.allowedOrigins ?? [],
    dashboard: options.dashboard ?? null,
    trustedProxies: new TrustedProxies(options.trustedProxies ?? []),
    rateLimits: rateLimits(
      options.rates ?? { perAddress: 0, perKey: 0 },
      options.rateClock ?? clock,
      options.share,
    ),
  };
}

/** Starts a server on a free port of 127.0.0.1. Disposing stops it and removes its folder. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const clock = new TestClock();
  const dataDir = await Deno.makeTempDir({ prefix: "pnl-http-" });
  const log = await openSqliteEventLog({ path: `${dataDir}/events.db`, clock });
  const projector = await Projector.open({ log, dataDir, windowMs: WINDOW_MS, clock });
  const { readPath, stop: stopReadPath } = openReadPath({ projector, clock });
  const running = new AbortController();
  const run = projector.run(running.signal);
  const served = {
    clock,
    statuses: () => options.statuses ?? [workingSource(clock)],
    confirmedAgeMs: () => projector.confirmedAgeMs,
    intervalMs: () => WINDOW_MS,
  };
  const serve = serveWith(served);
  const empty = emptyFrameOf(projector);
  const hub = new Hub({ projection: projector, serve, empty, intervalMs: 60_000, ...options.hub });
  const intervalMs = () => options.watchIntervalMs ?? WINDOW_MS;
  const { polls = () => [] } = options;
  const operations = new Operations({ clock, log, projection: projector, hub, polls, intervalMs });
  const deps: AppDeps = {
    operations,
    role: "all",
    log,
    projection: projector,
    explainer: new Explainer({ log, clock, projection: projector }),
    readPath,
    hub,
    serve,
    ...served,
    ...chosen(options, clock),
  };
  const server = startServer({
    ...deps,
    app: createApp(deps),
    host: options.host ?? "127.0.0.1",
    port: 0,
    ...(options.stopMs === undefined ? {} : { stopMs: options.stopMs }),
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const collect = async (...collected: string[]) => {
    log.append(collected.map((each) => totals(each, clock.now())));
    await reached(projector, log.head().position);
  };
  let collectedSoFar = 0;
  return {
    origin,
    log,
    projector,
    hub,
    clock,
    server,
    deps,
    collect,
    stopFolding: () => {
      running.abort();
      return run;
    },
    windows: async (count) => {
      for (let made = 0; made < count; made++) {
        clock.step(WINDOW_MS);
        await collect(`${++collectedSoFar}.25`);
      }
    },
    get: (path, init) => fetch(origin + path, init),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      stopReadPath();
      running.abort();
      await run;
      await projector.close();
      log.close();
      await Deno.remove(dataDir, { recursive: true });
    },
  };
}

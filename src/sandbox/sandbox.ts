/**
 * The sandbox: stand-ins for the three upstreams on loopback, over one seeded random business, for a
 * first start without credentials and for tests. Nothing here is shared with the code that reads them:
 * protocols, signatures and books are written a second time.
 */
import type { Clock } from "../pnl/clock.ts";
import { Account, type AccountPlan } from "./account.ts";
import { anthropicProtocol } from "./anthropic_server.ts";
import { booksOf, type SandboxBooks } from "./books.ts";
import { Faults, type ServerName } from "./faults.ts";
import { FAULTS_PATH, type HostedServer, hostServer } from "./host.ts";
import { KALSHI_PATH, kalshiProtocol } from "./kalshi_server.ts";
import type { Protocol } from "./reply.ts";
import { revenueProtocol } from "./revenue_server.ts";
import { MAX_ADVANCES, newState, privateKey, readState, writeState } from "./state_file.ts";

/** Options of {@link startSandbox}. */
export interface SandboxOptions {
  /** The sandbox's time; it takes no time from elsewhere but for faults' ends and rate limits. */
  readonly clock: Clock;
  /** Decides the account together with the time of the first start. Default 1. */
  readonly seed?: number;
  /** An existing folder for plan, keys and steps, so that a restart continues the same account. Default: none kept. */
  readonly dataDir?: string;
  /** Only loopback, for the servers have no protection. */
  readonly host?: "127.0.0.1";
  /** Fixed ports; default any that is free. */
  readonly ports?: Readonly<Partial<Record<ServerName, number>>>;
  /** Whether things happen by themselves, one in 2.5 s on average. Default true. */
  readonly live?: boolean;
  /** Length of the history at the first start. Default 45. */
  readonly historyDays?: number;
  /** Trades in the history, exactly; up to 500,000. Default 600. */
  readonly fills?: number;
  /** Whether the venue's 20 requests a second apply. Default true. */
  readonly rateLimit?: boolean;
  /** Scopes of the venue's key: `read` (default), or `read::portfolio_balance` alone. */
  readonly scopes?: readonly string[];
  /** Revenue amounts as JSON numbers (default) or decimal strings. */
  readonly revenueFormat?: "number" | "string";
  /** Whether the revenue service asks for its token. Default true. */
  readonly revenueAuth?: boolean;
}

/** A running sandbox. */
export interface Sandbox {
  /** `baseUrl` with `/trade-api/v2`, as `KALSHI_BASE_URL` has it. */
  readonly kalshi: {
    readonly baseUrl: string;
    readonly keyId: string;
    /** PKCS#8. */
    readonly privateKeyPem: string;
  };
  readonly anthropic: { readonly baseUrl: string; readonly adminKey: string };
  /** `token` is null where the service is open. */
  readonly revenue: { readonly baseUrl: string; readonly token: string | null };
  /** Faults to give to the servers; see `faults.ts`. */
  readonly faults: Faults;
  /** Where another process gives them, by POST. */
  readonly faultsUrl: string;
  /** Requests that a server has had so far. */
  requests(server: ServerName): number;
  /** Its own books, as of now. */
  books(): SandboxBooks;
  /**
   * Lets `steps` random things happen at once, spread between the last one and now.
   *
   * @throws {RangeError} after 10,000 calls, for each is kept
   */
  advance(steps: number): void;
  /** Closes the servers and their connections. */
  stop(): Promise<void>;
}

/**
 * Starts the sandbox.
 *
 * @throws {SandboxStateError} where `dataDir` holds another sandbox
 * @throws {RangeError} where an option is out of its range
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, dataDir = null } = options;
  const { seed = 1, live = true, historyDays = 45, fills = 600 } = options;
  const plan = { seed, live, historyDays, fills };
  const kept = dataDir === null ? null : await readState(dataDir, plan);
  const state = kept ?? newState(plan, clock.now());
  const privateKeyPem = await privateKey(dataDir);
  const account = new Account(state satisfies AccountPlan);
  for (const { steps, at } of state.advances) {
    account.catchUp(at);
    account.advance(steps, at);
  }
  if (dataDir !== null && kept === null) writeState(dataDir, state);
  const current = () => {
    account.catchUp(clock.now());
    return account;
  };
  const faults = new Faults();
  const token = options.revenueAuth ?? true ? state.revenueToken : null;
  const servers = await hostAll(options, faults, {
    kalshi: kalshiProtocol({
      account: current,
      keyId: state.kalshiKeyId,
      privateKeyPem,
      rateLimit: options.rateLimit ?? true,
      scopes: options.scopes ?? ["read"],
    }),
    anthropic: anthropicProtocol(current, state.adminKey),
    revenue: revenueProtocol({
      account: current,
      token,
      format: options.revenueFormat ?? "number",
    }),
  });
  return {
    kalshi: {
      baseUrl: `${servers.kalshi.origin}${KALSHI_PATH}`,
      keyId: state.kalshiKeyId,
      privateKeyPem,
    },
    anthropic: { baseUrl: servers.anthropic.origin, adminKey: state.adminKey },
    revenue: { baseUrl: servers.revenue.origin, token },
    faults,
    faultsUrl: `${servers.kalshi.origin}${FAULTS_PATH}`,
    requests: (server) => servers[server].requests,
    books: () => booksOf(current()),
    advance: (steps) => {
      if (state.advances.length >= MAX_ADVANCES) {
        throw new RangeError(`Cannot advance more than ${MAX_ADVANCES} times`);
      }
      const at = clock.now();
      current().advance(steps, at);
      state.advances.push({ steps, at });
      if (dataDir !== null) writeState(dataDir, state);
    },
    stop: () => stopAll(Object.values(servers)),
  };
}

/** Starts the three servers; where one cannot, the others are stopped again. */
async function hostAll(
  { clock, host = "127.0.0.1", ports = {} }: SandboxOptions,
  faults: Faults,
  protocols: Record<ServerName, Protocol>,
): Promise<Record<ServerName, HostedServer>> {
  const started: HostedServer[] = [];
  const start = async (name: ServerName) => {
    const port = ports[name] ?? 0;
    const protocol = protocols[name];
    const server = await hostServer({ name, protocol, faults, clock, host, port });
    started.push(server);
    return server;
  };
  try {
    return {
      kalshi: await start("kalshi"),
      anthropic: await start("anthropic"),
      revenue: await start("revenue"),
    };
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

async function stopAll(servers: readonly HostedServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}

/** What the log is bound to, held against the configuration, before anything is served or polled. */
import type { EventLog } from "../log/event_log.ts";
import type { EventSource } from "../pnl/event.ts";
import { upcast } from "../pnl/upcast.ts";
import { type Config, ConfigError } from "./config.ts";
import { SANDBOX_BINDING } from "./upstreams.ts";

/** What the configuration says of a source; null where it is not configured. */
interface Expected {
  readonly origin: string;
  readonly account: string;
}

/** The settings that speak of each source's origin and account. */
const SETTINGS_OF = {
  "/kalshi": { origin: "KALSHI_BASE_URL", account: "KALSHI_ACCOUNT" },
  "/anthropic": { origin: "ANTHROPIC_BASE_URL", account: "ANTHROPIC_ACCOUNT" },
  "/revenue": { origin: "REVENUE_BASE_URL", account: "REVENUE_ACCOUNT" },
} as const;

type UpstreamSource = keyof typeof SETTINGS_OF;

function isUpstream(source: EventSource): source is UpstreamSource {
  return source in SETTINGS_OF;
}

function expectedOf(config: Config, source: UpstreamSource): Expected | null {
  if (config.mode === "sandbox") return SANDBOX_BINDING;
  const settings = {
    "/kalshi": config.kalshi,
    "/anthropic": config.anthropic,
    "/revenue": config.revenue,
  };
  const upstream = settings[source];
  if (upstream === null) return null;
  return { origin: new URL(upstream.baseUrl).origin, account: upstream.account };
}

/** One line for each way in which a source's binding and the configuration differ. */
function differences(config: Config, source: UpstreamSource, bound: Expected): string[] {
  const expected = expectedOf(config, source);
  const names = SETTINGS_OF[source];
  if (bound.origin === SANDBOX_BINDING.origin && config.mode === "live") {
    return [
      `PNL_DATA_DIR: ${config.dataDir} holds the sandbox's log; live events need another folder`,
    ];
  }
  if (expected === null) return [];
  const faults: string[] = [];
  for (const field of ["origin", "account"] as const) {
    if (bound[field] === expected[field]) continue;
    faults.push(
      `${names[field]}: the log in ${config.dataDir} is bound to ${bound[field]}, ` +
        `the configuration says ${expected[field]}`,
    );
  }
  return faults;
}

/**
 * Refuses a log that belongs to another account or another host than the configuration's.
 *
 * @throws {ConfigError} naming each contradiction
 */
export function checkBindings(log: EventLog, config: Config): void {
  const faults: string[] = [];
  for (const { line } of log.read({ type: "pnl.source.bound.v1", limit: 100 })) {
    const event = upcast(JSON.parse(line));
    if (event.type !== "pnl.source.bound.v1" || !isUpstream(event.source)) continue;
    faults.push(...differences(config, event.source, event.data));
  }
  if (faults.length > 0) throw new ConfigError([...new Set(faults)]);
}

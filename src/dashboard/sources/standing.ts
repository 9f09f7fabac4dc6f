/** How a source stands, in a word, and what is to be done where it does not answer. */
import type { SourceName } from "../metrics.ts";
import type { SourceHealth } from "./source_health.ts";

/** How a source stands. */
export interface Standing {
  readonly words: string;
  readonly kind: "good" | "warn" | "bad" | "none";
}

/** The standing of a source; the gravest thing is said. */
export function standingOf({ state, breaker }: SourceHealth, isStale: boolean): Standing {
  if (state === "not_configured") return { words: "Not configured", kind: "none" };
  if (state === "stopped") return { words: "Stopped", kind: "bad" };
  if (breaker?.state === "OPEN") return { words: "Breaker open", kind: "bad" };
  if (breaker?.state === "HALF_OPEN") return { words: "Trying again", kind: "warn" };
  if (state === "degraded") return { words: "Failing", kind: "warn" };
  if (state === "backfilling") return { words: "Reading history", kind: "warn" };
  if (state === "starting") return { words: "Starting", kind: "none" };
  return isStale ? { words: "Stale", kind: "warn" } : { words: "Answering", kind: "good" };
}

/** What the states of a breaker mean. */
export const BREAKER_WORDS = {
  CLOSED: "Closed: every poll goes through",
  OPEN: "Open: the source is left alone for a while",
  HALF_OPEN: "Half-open: one poll decides",
} as const;

/** The settings of a source, as the server's environment names them. */
const SETTINGS: Readonly<
  Record<SourceName, { readonly key: string; readonly url: string; readonly pace: string }>
> = {
  kalshi: {
    key: "KALSHI_API_KEY_ID and KALSHI_PRIVATE_KEY",
    url: "KALSHI_BASE_URL",
    pace: "KALSHI_POLL_MS",
  },
  anthropic: { key: "ANTHROPIC_ADMIN_KEY", url: "ANTHROPIC_BASE_URL", pace: "ANTHROPIC_POLL_MS" },
  revenue: { key: "REVENUE_API_TOKEN", url: "REVENUE_BASE_URL", pace: "REVENUE_POLL_MS" },
};

/** What brings a source in that is not configured. */
export function configureAdvice(name: SourceName): string {
  const { key, url } = SETTINGS[name];
  const needed = name === "revenue" ? url : key;
  return `Set ${needed} in the server's environment and start it again. Until then no figure holds ` +
    "anything of it.";
}

/** What to do about an error of a class; the server names the classes. */
export function adviceOn(name: SourceName, errorClass: string): string {
  const { key, url, pace } = SETTINGS[name];
  switch (errorClass) {
    case "network":
      return `The upstream cannot be reached from the server. Check its network and firewall, and ${url}.`;
    case "timeout":
      return "The upstream takes longer than SOURCE_TIMEOUT_MS. If its status page says that all is " +
        "well, look for a proxy between.";
    case "unauthorized":
      return `The upstream refuses the credentials. Check ${key}: revoked, expired, or of another ` +
        "account or environment.";
    case "rate_limited":
      return `The upstream is asked too often. Raise ${pace}, and see who else uses the same key.`;
    case "client_error":
      return `The upstream does not understand the request. Check ${url}; its API may have changed.`;
    case "server_error":
      return "The upstream has a fault of its own. Nothing is to be done here but wait; its status page " +
        "may say for how long.";
    case "malformed":
      return "The upstream's answer has another shape than its documentation says. The server's log names " +
        "the field.";
    case "clock_skew":
      return "The server's clock and the upstream's differ. Set the server's clock by NTP.";
    case "internal":
      return "What was read cannot be kept: the server's own log says why. Look at the disk first.";
    default:
      return "The server's own log says more.";
  }
}

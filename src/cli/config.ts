/** The configuration: the environment, read once, checked whole. */
import { SETTING_NAMES, type SettingName, SETTINGS, type SettingValues } from "./settings.ts";
import { nearest } from "./nearest.ts";

/** An environment: names and texts. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the key that signs comes from. */
export type PrivateKey = { readonly pem: string } | { readonly file: string };

/** The Redis that events and snapshots are mirrored to. */
export interface RedisConfig {
  /** It may hold a password: it is shown nowhere. */
  readonly url: string;
  readonly prefix: string;
  /** How many events the mirrored stream keeps. */
  readonly retention: number;
}

/** What the server is to do. */
export interface Config {
  /** `all`: polls, keeps the log, serves. `edge`: serves what a writer publishes in Redis. */
  readonly role: "all" | "edge";
  /** Null on an edge: it takes its writer's. */
  readonly mode: "live" | "sandbox" | null;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** `auto`: keys are asked for where other machines reach the server. */
  readonly auth: "auto" | "required" | "off";
  /** Where other machines reach this server; null where HOST and PORT say it. */
  readonly publicUrl: string | null;
  /** Folder of the databases; in sandbox mode a folder of its own inside PNL_DATA_DIR. No edge uses it. */
  readonly dataDir: string;
  readonly intervalMs: number;
  /** First UTC day of Anthropic's costs; null where nothing was said. */
  readonly since: string | null;
  readonly allowedOrigins: readonly string[];
  /** Addresses and networks of the proxies whose word is taken for where a client is. */
  readonly trustedProxies: readonly string[];
  /** Requests a second that one address, and one key, may send; 0: any number. */
  readonly rates: { readonly perAddress: number; readonly perKey: number };
  /** The rules of alerts; null where there are none, and on an edge. */
  readonly alertsFile: string | null;
  readonly sandboxSeed: number;
  readonly redis: RedisConfig | null;
  readonly kalshi:
    | {
      readonly keyId: string;
      readonly privateKey: PrivateKey;
      readonly baseUrl: string;
      readonly account: string;
    }
    | null;
  readonly anthropic:
    | { readonly adminKey: string; readonly baseUrl: string; readonly account: string }
    | null;
  readonly revenue:
    | { readonly token: string | null; readonly baseUrl: string; readonly account: string }
    | null;
  readonly pollMs: {
    readonly kalshi: number;
    readonly anthropic: number;
    readonly revenue: number;
  };
  readonly breakerThreshold: number;
  readonly breakerResetMs: number;
  readonly sourceTimeoutMs: number;
  readonly logLevel: "trace" | "debug" | "info" | "warning" | "error" | "fatal";
  readonly logDir: string;
  /** A folder that `backup` may write into, beside the project's own and the data's; null: none. */
  readonly backupDir: string | null;
  /** Settings, and names that look like some, that have no effect. */
  readonly warnings: readonly string[];
}

/** The environment cannot be used. One line for each fault. */
export class ConfigError extends Error {
  readonly code = "config_invalid";
  constructor(readonly faults: readonly string[]) {
    super(faults.join("\n"));
    this.name = "ConfigError";
  }
}

/** Reads one variable; an empty one counts as absent. Faults are added to `faults`. */
function readSetting(name: SettingName, env: Environment, faults: string[]): unknown {
  const { schema, fallback, secret } = SETTINGS[name];
  const text = env[name]?.trim() || fallback;
  if (text === null) return undefined;
  const result = schema.safeParse(text);
  if (result.success) return result.data;
  const shown = secret ? "" : ` (${JSON.stringify(text.slice(0, 80))})`;
  const said = [...new Set(result.error.issues.map((issue) => issue.message))].join(", ");
  faults.push(`${name}: ${said}${shown}`);
  return undefined;
}

/** Variables that belong together. */
function crossFaults(env: Environment): string[] {
  const has = (name: SettingName) => (env[name]?.trim() ?? "") !== "";
  const faults: string[] = [];
  const keys = has("KALSHI_PRIVATE_KEY") || has("KALSHI_PRIVATE_KEY_FILE");
  if (has("KALSHI_PRIVATE_KEY") && has("KALSHI_PRIVATE_KEY_FILE")) {
    faults.push("KALSHI_PRIVATE_KEY: set it or KALSHI_PRIVATE_KEY_FILE, not both");
  }
  if (has("KALSHI_API_KEY_ID") && !keys) {
    faults.push(
      "KALSHI_PRIVATE_KEY: is missing (or KALSHI_PRIVATE_KEY_FILE): KALSHI_API_KEY_ID is set",
    );
  }
  if (keys && !has("KALSHI_API_KEY_ID")) {
    faults.push("KALSHI_API_KEY_ID: is missing: a private key is set");
  }
  if (has("REVENUE_API_TOKEN") && !has("REVENUE_BASE_URL")) {
    faults.push("REVENUE_BASE_URL: is missing: REVENUE_API_TOKEN is set");
  }
  if (env.PNL_ROLE?.trim() === "edge" && !has("REDIS_URL")) {
    faults.push("REDIS_URL: is missing: PNL_ROLE is edge, which serves what it finds in Redis");
  }
  return faults;
}

/** An edge has no use for the upstreams' credentials, and a machine less that holds them is better. */
function unusedOnEdge(env: Environment): string[] {
  const has = (name: SettingName) => (env[name]?.trim() ?? "") !== "";
  const credentials = SETTING_NAMES
    .filter((name) => /^(KALSHI|ANTHROPIC|REVENUE)_.*(KEY|TOKEN)/.test(name) && has(name))
    .map((name) => `${name}: is not used by an edge, which asks no upstream; leave it out`);
  return has("PNL_ALERTS_FILE")
    ? [...credentials, "PNL_ALERTS_FILE: is not used by an edge; its writer sends the alerts"]
    : credentials;
}

/** Names with a prefix of ours that no setting has: most likely typing errors. */
function unknownNames(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => /^(PNL|REDIS|KALSHI|ANTHROPIC|REVENUE|BREAKER|SOURCE)_/.test(name))
    // compose.yaml makes REDIS_URL of the password.
    .filter((name) => !/^(PNL_(TEST_|ALERT_SECRET)|REDIS_PASSWORD$)/.test(name))
    .filter((name) => !(name in SETTINGS))
    .sort()
    .map((name) => {
      const near = nearest(name, SETTING_NAMES);
      return `${name}: is no setting and has no effect${near === null ? "" : `; ${near} is one`}`;
    });
}

function upstreams(values: SettingValues): Pick<Config, "kalshi" | "anthropic" | "revenue"> {
  if (values.PNL_ROLE === "edge") return { kalshi: null, anthropic: null, revenue: null };
  const { KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY: pem, KALSHI_PRIVATE_KEY_FILE: file } =
    values;
  const privateKey = pem !== undefined ? { pem } : file !== undefined ? { file } : null;
  return {
    kalshi: keyId === undefined || privateKey === null ? null : {
      keyId,
      privateKey,
      baseUrl: values.KALSHI_BASE_URL!,
      account: values.KALSHI_ACCOUNT!,
    },
    anthropic: values.ANTHROPIC_ADMIN_KEY === undefined ? null : {
      adminKey: values.ANTHROPIC_ADMIN_KEY,
      baseUrl: values.ANTHROPIC_BASE_URL!,
      account: values.ANTHROPIC_ACCOUNT!,
    },
    revenue: values.REVENUE_BASE_URL === undefined ? null : {
      token: values.REVENUE_API_TOKEN ?? null,
      baseUrl: values.REVENUE_BASE_URL,
      account: values.REVENUE_ACCOUNT!,
    },
  };
}

function redisOf(values: SettingValues): RedisConfig | null {
  const { REDIS_URL: url, REDIS_PREFIX: prefix, REDIS_RETENTION: retention } = values;
  return url === undefined ? null : { url, prefix: prefix!, retention: retention! };
}

/**
 * Reads the configuration. Without a credential of any upstream it is the sandbox's; with some it is
 * live, and the upstreams without are not configured. An edge has no upstreams.
 *
 * @param env the environment; an empty variable counts as absent
 * @throws {ConfigError} with every fault at once
 */
export function readConfig(env: Environment): Config {
  const faults: string[] = [];
  const values = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, readSetting(name, env, faults)]),
  ) as SettingValues;
  faults.push(...crossFaults(env));
  if (faults.length > 0) throw new ConfigError(faults);
  const sources = upstreams(values);
  const role = values.PNL_ROLE!;
  const isEdge = role === "edge";
  const live = Object.values(sources).some((source) => source !== null);
  const dataDir = values.PNL_DATA_DIR!.replace(/(?<=.)\/+$/, "");
  return {
    role,
    mode: isEdge ? null : live ? "live" : "sandbox",
    host: values.HOST!,
    port: values.PORT!,
    auth: values.PNL_AUTH!,
    publicUrl: values.PNL_PUBLIC_URL ?? null,
    dataDir: live || isEdge ? dataDir : `${dataDir}/sandbox`,
    intervalMs: values.PNL_INTERVAL_MS!,
    since: values.PNL_SINCE ?? null,
    allowedOrigins: values.PNL_ALLOWED_ORIGINS ?? [],
    trustedProxies: values.PNL_TRUSTED_PROXIES ?? [],
    rates: { perAddress: values.PNL_RATE_PER_ADDRESS!, perKey: values.PNL_RATE_PER_KEY! },
    alertsFile: isEdge ? null : values.PNL_ALERTS_FILE ?? null,
    sandboxSeed: values.PNL_SANDBOX_SEED!,
    redis: redisOf(values),
    ...sources,
    pollMs: {
      kalshi: values.KALSHI_POLL_MS!,
      anthropic: values.ANTHROPIC_POLL_MS!,
      revenue: values.REVENUE_POLL_MS!,
    },
    breakerThreshold: values.BREAKER_THRESHOLD!,
    breakerResetMs: values.BREAKER_RESET_MS!,
    sourceTimeoutMs: values.SOURCE_TIMEOUT_MS!,
    logLevel: values.LOG_LEVEL!,
    logDir: values.LOG_DIR!,
    backupDir: values.PNL_BACKUP_DIR ?? null,
    warnings: [...unknownNames(env), ...(isEdge ? unusedOnEdge(env) : [])],
  };
}

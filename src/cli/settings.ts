/** The settings: every environment variable that is read, with its schema. `.env.example` lists the same. */
import { z } from "zod";
import { isLoopback } from "../sources/loopback.ts";
import { isAddressRange } from "../http/trusted_proxies.ts";
// Of this module nothing else may be loaded here: only a configuration with Redis loads its client.
import { parseRedisUrl, RedisUrlError } from "../redis/redis_url.ts";

/** One environment variable. */
interface Setting<S extends z.ZodType> {
  /** Of the text as it stands in the environment. */
  readonly schema: S;
  /** What holds where the variable is absent or empty; null: nothing. */
  readonly fallback: string | null;
  /** Its value is never shown. */
  readonly secret: boolean;
}

function setting<S extends z.ZodType>(
  schema: S,
  fallback: string | null = null,
  options: { readonly secret?: boolean } = {},
): Setting<S> {
  return { schema, fallback, secret: options.secret ?? false };
}

/** A whole number of `min` to `max`. */
function whole(min: number, max: number) {
  return z.string()
    .regex(/^\d{1,12}$/, "is not a whole number")
    .transform(Number)
    .refine((value) => value >= min && value <= max, `is not between ${min} and ${max}`);
}

/** An http address; no password, query or fragment in it. */
const publicUrl = z.string().transform((text, context) => {
  const url = URL.parse(text);
  const problem = url === null || !/^https?:$/.test(url.protocol)
    ? "is not an http(s) URL"
    : url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== ""
    ? "may hold no user, password, query or fragment"
    : null;
  if (problem !== null || url === null) {
    context.addIssue(problem ?? "is not a URL");
    return z.NEVER;
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
});

/** An upstream's address: https, or http on this machine. */
const baseUrl = publicUrl.refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || isLoopback(hostname);
}, "has to be https: http is for this machine only");

/**
 * Redis's address. Plain redis:// is allowed beyond this machine, for Redis mostly stands in a private
 * network; `doctor` says of it that it is not encrypted.
 */
const redisUrl = z.string().transform((text, context) => {
  try {
    const { host } = parseRedisUrl(text);
    // It becomes part of Deno's command line.
    if (!/^[A-Za-z0-9.:_-]+$/.test(host)) throw new RedisUrlError("its host is no name or address");
    return text;
  } catch (error) {
    if (!(error instanceof RedisUrlError)) throw error;
    context.addIssue(error.reason);
    return z.NEVER;
  }
});

const origins = z.string().transform((text, context) => {
  const list = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  for (const part of list) {
    const url = URL.parse(part);
    if (url === null || url.origin !== part || !/^https?:$/.test(url.protocol)) {
      context.addIssue(
        `holds ${JSON.stringify(part)}, which is no origin such as https://a.example`,
      );
    }
  }
  return list;
});

const proxies = z.string().transform((text, context) => {
  const list = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  for (const part of list.filter((part) => !isAddressRange(part))) {
    context.addIssue(
      `holds ${JSON.stringify(part)}, which is no address or network such as 10.0.0.0/8`,
    );
  }
  return list;
});

const day = z.string().refine((text) => {
  const time = Date.parse(`${text}T00:00:00.000Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) &&
    new Date(time).toISOString().startsWith(text);
}, "is not a UTC day, YYYY-MM-DD")
  .refine((text) => text <= new Date().toISOString().slice(0, 10), "lies in the future");

/** Deno's command line takes paths as comma lists of words, so these characters cannot be passed on. */
const path = z.string().regex(
  /^[^\s,*?[\]{}"'`$\\<>|;&()!#]+$/,
  "may hold no blank, comma, quote or wildcard",
);

const host = z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/, "is not a host name or address");
const token = z.string().regex(
  /^[\x21-\x7e]+$/,
  "holds a blank or a character that no header takes",
);
const label = z.string().regex(
  /^[A-Za-z0-9._-]{1,64}$/,
  "is not a label of letters, digits, . _ -",
);
const prefix = z.string().regex(
  /^[A-Za-z0-9._:{}-]{1,64}$/,
  "is not a prefix of 1 to 64 letters, digits, . _ : { } -",
);
const privateKey = z.string().regex(
  /-----BEGIN (RSA )?PRIVATE KEY-----/,
  "is not a PEM private key (-----BEGIN PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----)",
);

/** Every variable that is read. */
export const SETTINGS = {
  HOST: setting(host, "127.0.0.1"),
  PORT: setting(whole(0, 65_535), "3000"),
  PNL_ROLE: setting(z.enum(["all", "edge"], "is neither all nor edge"), "all"),
  PNL_AUTH: setting(
    z.enum(["auto", "required", "off"], "is none of auto, required, off"),
    "auto",
  ),
  PNL_PUBLIC_URL: setting(publicUrl),
  PNL_DATA_DIR: setting(path, "./data"),
  PNL_BACKUP_DIR: setting(path),
  PNL_INTERVAL_MS: setting(whole(100, 3_600_000), "5000"),
  PNL_SINCE: setting(day),
  PNL_ALLOWED_ORIGINS: setting(origins),
  PNL_TRUSTED_PROXIES: setting(proxies),
  PNL_RATE_PER_ADDRESS: setting(whole(0, 100_000), "100"),
  PNL_RATE_PER_KEY: setting(whole(0, 100_000), "500"),
  PNL_ALERTS_FILE: setting(path),
  PNL_SANDBOX_SEED: setting(whole(0, 4_294_967_295), "1"),
  REDIS_URL: setting(redisUrl, null, { secret: true }),
  REDIS_PREFIX: setting(prefix, "pnl:"),
  REDIS_RETENTION: setting(whole(1_000, 1_000_000_000), "1000000"),
  KALSHI_API_KEY_ID: setting(token, null, { secret: true }),
  KALSHI_PRIVATE_KEY: setting(privateKey, null, { secret: true }),
  KALSHI_PRIVATE_KEY_FILE: setting(path),
  KALSHI_BASE_URL: setting(baseUrl, "https://external-api.kalshi.com/trade-api/v2"),
  KALSHI_ACCOUNT: setting(label, "default"),
  KALSHI_POLL_MS: setting(whole(100, 3_600_000), "5000"),
  ANTHROPIC_ADMIN_KEY: setting(token, null, { secret: true }),
  ANTHROPIC_BASE_URL: setting(baseUrl, "https://api.anthropic.com"),
  ANTHROPIC_ACCOUNT: setting(label, "default"),
  ANTHROPIC_POLL_MS: setting(whole(100, 3_600_000), "60000"),
  REVENUE_BASE_URL: setting(baseUrl),
  REVENUE_API_TOKEN: setting(token, null, { secret: true }),
  REVENUE_ACCOUNT: setting(label, "default"),
  REVENUE_POLL_MS: setting(whole(100, 3_600_000), "5000"),
  BREAKER_THRESHOLD: setting(whole(1, 1_000), "5"),
  BREAKER_RESET_MS: setting(whole(100, 86_400_000), "60000"),
  SOURCE_TIMEOUT_MS: setting(whole(100, 600_000), "10000"),
  LOG_LEVEL: setting(
    z.enum(["trace", "debug", "info", "warning", "error", "fatal"], "is no log level"),
    "info",
  ),
  LOG_DIR: setting(path, "./logs"),
} as const;

/** The name of a setting. */
export type SettingName = keyof typeof SETTINGS;

/** What the environment says, parsed; undefined where it says nothing and nothing holds instead. */
export type SettingValues = {
  readonly [K in SettingName]: z.output<(typeof SETTINGS)[K]["schema"]> | undefined;
};

/** The names of all settings. */
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** Which permissions of the runtime a subcommand needs under a configuration, and no more. */
import type { AlertRules } from "../alerts/rules.ts";
import { isLoopback } from "../sources/loopback.ts";
import type { Config, Environment } from "./config.ts";
import { SETTING_NAMES } from "./settings.ts";

/** Where the built dashboard is: the server reads it, and nothing beside it. */
export const DASHBOARD_FOLDER = "./dist/dashboard";

/** Permissions, as the lists that Deno's flags take. */
export interface Grants {
  readonly net: readonly string[];
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly env: readonly string[];
  /**
   * What is not granted of the environment looks absent instead of ending the program: a package that
   * ioredis needs (`debug`) reads all of it.
   */
  readonly ignoreEnv: boolean;
  readonly run: readonly string[];
  readonly sys: readonly string[];
}

/** The subcommands that the grants are known of. */
export const GRANTED = [
  ...[
    "serve",
    "stop",
    "replay",
    "verify",
    "events",
    "export",
    "backup",
    "keys",
    "alerts",
    "doctor",
    "sandbox",
  ] as const,
];

/** A subcommand that needs permissions. */
export type GrantedCommand = (typeof GRANTED)[number];

/** True for the name of a subcommand that needs permissions. */
export function isGranted(name: string): name is GrantedCommand {
  return (GRANTED as readonly string[]).includes(name);
}

const PORTS: Readonly<Record<string, string>> = {
  "https:": "443",
  "http:": "80",
  "redis:": "6379",
  "rediss:": "6379",
};

/** `host:port` of a URL, the port said even where it is the scheme's own. No user or password. */
export function hostAndPort(text: string): string {
  const url = new URL(text);
  return `${url.hostname}:${url.port || PORTS[url.protocol]}`;
}

/** Where the server listens, as `--allow-net` takes it. */
function listening(config: Config): string {
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  return `${host}:${config.port}`;
}

function upstreamHosts(config: Config): string[] {
  const sources = [config.kalshi, config.anthropic, config.revenue];
  const urls = sources.flatMap((source) => source === null ? [] : [source.baseUrl]);
  return [...new Set(urls.map(hostAndPort))];
}

/** What sending alerts needs: the file of rules, the hosts of webhooks, and where their secrets are. */
function sending({ alertsFile }: Config, alerts: AlertRules | null) {
  const webhooks = alerts?.webhooks ?? [];
  const secretFiles = webhooks.flatMap(({ secretFile }) => secretFile ?? []);
  return {
    net: [...new Set(webhooks.map(({ url }) => hostAndPort(url)))],
    read: [...(alertsFile === null ? [] : [alertsFile]), ...secretFiles],
    env: webhooks.flatMap(({ secretEnv }) => secretEnv ?? []),
  };
}

/** The sandbox's servers take any free port of the loopback address, which covers whatever else is there. */
function network(config: Config, alertHosts: readonly string[]): string[] {
  const redis = config.redis === null ? [] : [hostAndPort(config.redis.url)];
  const hosts = [listening(config), ...upstreamHosts(config), ...redis, ...alertHosts];
  if (config.mode !== "sandbox") return [...new Set(hosts)];
  return [...hosts.filter((host) => !host.startsWith("127.0.0.1:")), "127.0.0.1"];
}

/** The settings of the upstreams, credentials among them. */
const UPSTREAM = /^(KALSHI|ANTHROPIC|REVENUE)_/;

/**
 * The grants that a subcommand needs.
 *
 * @param config null where the environment is invalid: then only what it takes to say so
 * @param environment of the settings, only those that are set need to be seen
 * @param alerts null where there are none, or where their file is invalid
 */
export function grantsOf(
  name: GrantedCommand,
  config: Config | null,
  environment: Environment,
  alerts: AlertRules | null = null,
): Grants {
  const env = SETTING_NAMES
    .filter((setting) => environment[setting] !== undefined)
    // An edge cannot tell what it cannot see.
    .filter((setting) => config?.role !== "edge" || !UPSTREAM.test(setting));
  const none: Grants = { net: [], read: [], write: [], env, ignoreEnv: false, run: [], sys: [] };
  if (config === null) return none;
  const data = { ...none, read: [config.dataDir], write: [config.dataDir] };
  // An edge serves without any data folder.
  const folders = config.role === "edge" ? [config.logDir] : [config.dataDir, config.logDir];
  const key = config.kalshi !== null && "file" in config.kalshi.privateKey
    ? [config.kalshi.privateKey.file]
    : [];
  const sends = sending(config, alerts);
  switch (name) {
    case "serve":
    case "doctor": {
      const own = name === "serve" ? sends : { net: [], read: [], env: [] };
      return {
        ...data,
        sys: name === "doctor" ? ["statfs"] : [],
        net: network(config, own.net),
        env: [...env, ...own.env],
        ignoreEnv: config.redis !== null,
        read: [...folders, DASHBOARD_FOLDER, ...key, ...own.read],
        write: folders,
      };
    }
    case "alerts": {
      const read = [config.dataDir, ...sends.read];
      return { ...data, net: sends.net, env: [...env, ...sends.env], read };
    }
    case "export":
      // To give a file its name takes reading as well as writing.
      return { ...data, read: [config.dataDir, "."], write: [config.dataDir, "."] };
    case "backup": {
      const places = [
        config.dataDir,
        ".",
        ...(config.backupDir === null ? [] : [config.backupDir]),
      ];
      return { ...data, read: places, write: places };
    }
    case "stop":
      return { ...data, run: ["kill"] };
    case "sandbox":
      return { ...data, net: ["127.0.0.1"] };
    default:
      return data;
  }
}

/** The grants as flags of `deno run`. */
export function flagsOf(grants: Grants): string[] {
  const allowed = (["net", "read", "write", "env", "run", "sys"] as const)
    .filter((name) => grants[name].length > 0)
    .map((name) => `--allow-${name}=${grants[name].join(",")}`);
  return grants.ignoreEnv ? [...allowed, "--ignore-env"] : allowed;
}

/** A warning where others reach the server and no key is asked for; null where that is not so. */
export function exposureWarning({ host, auth }: Config): string | null {
  return isLoopback(host) || auth !== "off"
    ? null
    : `PNL_AUTH: is off, and ${host} can be reached from other machines: whoever reaches it may do everything`;
}

/** A warning where edges would name an address that leads nowhere; null where they would not. */
export function addressWarning({ role, redis, host, publicUrl }: Config): string | null {
  const nowhere = host === "0.0.0.0" || /^[0:]+$/.test(host);
  return role === "all" && redis !== null && publicUrl === null && nowhere
    ? `PNL_PUBLIC_URL: is missing: edges name http://${host} for what they do not have`
    : null;
}

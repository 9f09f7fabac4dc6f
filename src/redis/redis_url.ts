/** The address of a Redis server, as `REDIS_URL` gives it. */
import type { RedisOptions } from "ioredis";

/** An address that cannot be used. Its text is not in the message: it may hold a password. */
export class RedisUrlError extends Error {
  readonly code = "redis_url_invalid";
  constructor(readonly reason: string) {
    super(`Cannot use the address of Redis: ${reason}`);
    this.name = "RedisUrlError";
  }
}

const DEFAULT_PORT = 6379;

/** What a connection needs to know of the address. */
export type RedisAddress =
  & Pick<RedisOptions, "username" | "password" | "tls">
  & { readonly host: string; readonly port: number; readonly db: number };

function urlOf(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new RedisUrlError("it is no URL");
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RedisUrlError("its user or password is not percent-encoded");
  }
}

function database(path: string): number {
  const match = /^\/?(\d{0,4})$/.exec(path);
  if (match === null) throw new RedisUrlError("its path must be the number of a database");
  return Number(match[1] ?? "0");
}

/**
 * Reads `redis[s]://[[user]:password@]host[:port][/database]`.
 *
 * @throws {RedisUrlError} on any other form
 */
export function parseRedisUrl(text: string): RedisAddress {
  const url = urlOf(text);
  if (url.protocol !== "redis:" && url.protocol !== "rediss:") {
    throw new RedisUrlError("it must begin with redis:// or rediss://");
  }
  if (url.hostname === "") throw new RedisUrlError("it names no host");
  if (url.search !== "" || url.hash !== "") {
    throw new RedisUrlError("it must end with the number of the database");
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? DEFAULT_PORT : Number(url.port),
    db: database(url.pathname),
    ...(url.username === "" ? {} : { username: decoded(url.username) }),
    ...(url.password === "" ? {} : { password: decoded(url.password) }),
    ...(url.protocol === "rediss:" ? { tls: {} } : {}),
  };
}

/** The connection to Redis: fails fast while Redis is away, and comes back by itself. */
import { getLogger, type Logger } from "@logtape/logtape";
import { Redis, type RedisOptions } from "ioredis";
import { DEFAULT_PREFIX, type RedisKeys, redisKeys } from "./keys.ts";
import { parseRedisUrl, type RedisAddress } from "./redis_url.ts";

/** Options of {@link RedisConnection}. */
export interface RedisConnectionOptions {
  /** `redis[s]://[[user]:password@]host[:port][/database]`. */
  readonly url: string;
  /** What all keys begin with; default `pnl:`. */
  readonly prefix?: string;
  readonly logger?: Logger;
  /** A command that is not answered within this time fails, milliseconds; default 1,000. */
  readonly commandTimeoutMs?: number;
}

/** Between two attempts to connect there are at least so many milliseconds, and at most twice as many. */
const RETRY_MS = 100;
const CONNECT_TIMEOUT_MS = 3_000;
/** A socket on which an answer is due and nothing comes for so long is given up. */
const SILENT_MS = 5_000;
/** The same where an answer may be waited for: who blocks does so for 10 s at most. */
const BLOCKING_SILENT_MS = 15_000;
/** A socket that the peer does not close is closed after this long. */
const DISCONNECT_MS = 200;
const CLOSE_MS = 1_000;
/** A server that only reads may have become a replica: its name is looked up again, not more often. */
const RESELECT_MS = 30_000;

/** The connection; see {@link RedisConnection.commands} and {@link RedisConnection.blocking}. */
export class RedisConnection {
  readonly keys: RedisKeys;
  /** For everything that does not block: fails at once while Redis is away. */
  readonly commands: Redis;
  /** Host and port, without credentials. */
  readonly server: string;
  readonly #address: RedisAddress;
  readonly #logger: Logger;
  readonly #listeners = new Set<() => void>();
  /** Those who wait for a connection, each told how it came out. */
  readonly #waiting = new Set<(ready: boolean) => void>();
  #state: "connecting" | "ready" | "down" = "connecting";
  #lastError: string | null = null;
  #closed = false;
  #reselectedAt = -Infinity;

  /**
   * Begins to connect. A server that cannot be reached is no error here.
   *
   * @throws {RedisUrlError} where the address is none
   */
  constructor(options: RedisConnectionOptions) {
    const { url, prefix = DEFAULT_PREFIX, commandTimeoutMs = 1_000 } = options;
    this.#logger = options.logger ?? getLogger(["pnl", "redis"]);
    this.#address = parseRedisUrl(url);
    const { host, port } = this.#address;
    this.server = `${host.includes(":") ? `[${host}]` : host}:${port}`;
    this.keys = redisKeys(prefix);
    this.commands = this.#open({
      enableOfflineQueue: false,
      commandTimeout: commandTimeoutMs,
      socketTimeout: SILENT_MS,
      reconnectOnError: (error) => this.#isReplica(error),
    });
    this.commands.on("ready", () => void this.#verify());
    this.commands.on("error", (error: unknown) => this.#failed(error));
    this.commands.on("close", () => this.#gone("the connection was closed"));
  }

  get state(): "connecting" | "ready" | "down" {
    return this.#state;
  }

  /** Why Redis was last not reached; null while it is. */
  get lastError(): string | null {
    return this.#lastError;
  }

  /**
   * A further connection, for commands that block for 10 s at most. They wait for it to be made, and fail
   * where it breaks or cannot be made. Who asked for it disconnects it.
   */
  blocking(): Redis {
    const redis = this.#open({ socketTimeout: BLOCKING_SILENT_MS });
    // What befalls the server, the other connection tells.
    redis.on("error", () => {});
    return redis;
  }

  /** Calls the listener at each connection, and at once where there is one. Returns what ends that. */
  onReady(listener: () => void): () => void {
    if (this.#state === "ready") listener();
    return this.onReadyAgain(listener);
  }

  /** Calls the listener at each connection after this one. Returns what ends that. */
  onReadyAgain(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** True as soon as there is a connection; false after `timeoutMs` without one, or when it is closed. */
  untilReady(timeoutMs: number): Promise<boolean> {
    if (this.#state === "ready" || this.#closed) return Promise.resolve(this.#state === "ready");
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const end = (ready: boolean) => {
      this.#waiting.delete(end);
      clearTimeout(timer);
      resolve(ready);
    };
    const timer = setTimeout(() => end(false), timeoutMs);
    this.#waiting.add(end);
    return promise;
  }

  /** Ends it, whatever Redis does. What is under way fails. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#state = "down";
    for (const end of [...this.#waiting]) end(false);
    this.#listeners.clear();
    const { status } = this.commands;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_MS);
    this.commands.once("end", () => resolve());
    this.commands.disconnect();
    if (status === "reconnecting" || status === "end") resolve();
    await promise;
    clearTimeout(timer);
  }

  #open(options: Omit<RedisOptions, "replyMapping">): Redis {
    return new Redis({
      ...this.#address,
      connectionName: "pnl-stream",
      // Replies have the same shape whatever the server's version.
      protocol: 2,
      disableClientInfo: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      disconnectTimeout: DISCONNECT_MS,
      // A command that was under way is never sent twice behind the back of who sent it.
      autoResendUnfulfilledCommands: false,
      // With any other number it would not fail when the connection breaks, but wait for an answer.
      maxRetriesPerRequest: 0,
      retryStrategy: () => RETRY_MS + Math.random() * RETRY_MS,
      ...options,
    });
  }

  #isReplica(error: Error): boolean {
    const now = performance.now();
    if (!/\bREADONLY\b/.test(error.message) || now - this.#reselectedAt < RESELECT_MS) return false;
    this.#reselectedAt = now;
    return true;
  }

  /** A database that the server does not have is no error to the client, which goes on in another. */
  async #verify(): Promise<void> {
    const { db = 0 } = this.#address;
    try {
      if (db !== 0) await this.commands.select(db);
    } catch (error) {
      this.#failed(error);
      // A connection that breaks meanwhile is made again by itself.
      if (this.commands.status === "ready") this.commands.disconnect(true);
      return;
    }
    this.#ready();
  }

  #ready(): void {
    if (this.#closed) return;
    this.#state = "ready";
    this.#lastError = null;
    this.#logger.info("Redis is reached at {server}", { server: this.server });
    for (const end of [...this.#waiting]) end(true);
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        this.#logger.error("Cannot begin the work on Redis", { error });
      }
    }
  }

  #failed(error: unknown): void {
    this.#lastError = this.#withoutPassword(reasonOf(error));
    if (this.#state === "connecting") this.#gone(this.#lastError);
  }

  /** A server, or what stands in for one, may say what it was sent. */
  #withoutPassword(text: string): string {
    const { password } = this.#address;
    return password === undefined ? text : text.replaceAll(password, "[redacted]");
  }

  /** Says once that Redis is away, not with each attempt. */
  #gone(reason: string): void {
    if (this.#state === "down") return;
    this.#state = "down";
    this.#lastError ??= reason;
    this.#logger.warn("Redis is not reached at {server}: {reason}", {
      server: this.server,
      reason: this.#lastError,
    });
  }
}

/** A server's errors may be of any length. */
const MOST_REASON = 300;

/**
 * What an error says. The error itself is not passed on: it holds the command, and so passwords; nor is what
 * a server that does not know a command repeats of it.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  const said = error.message.replace(/,? with args[\s\S]*/, "").slice(0, MOST_REASON);
  return said === "" ? code : said;
}

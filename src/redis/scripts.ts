/**
 * What is written to Redis is written by Lua scripts, each in one step, and each begins with the same
 * question: may this process write here?
 */
import { hash } from "node:crypto";
import type { Redis } from "ioredis";
import { reasonOf, type RedisConnection } from "./connection.ts";
import type { WriterIdentity } from "./identity.ts";
import { type LeaseRecord, parseLease } from "./records.ts";

/** Why a command came to nothing. */
export type FailureKind = "unreachable" | "out_of_memory" | "read_only" | "refused";

/** Redis did not do what it was asked. It names no command: that may be long, or hold a password. */
export class RedisFailedError extends Error {
  readonly code = "redis_failed";
  constructor(readonly kind: FailureKind, readonly reason: string) {
    super(`Cannot write to Redis: ${reason}`);
    this.name = "RedisFailedError";
  }
}

/** Another process writes here. */
export class LeaseHeldError extends Error {
  readonly code = "lease_held";
  /**
   * @param lease null where it cannot be read, or only the greater token of a later start tells it
   * @param endless the lease's key, where it never lapses by itself; else null
   */
  constructor(readonly lease: LeaseRecord | null, endless: string | null = null) {
    super(
      lease === null
        ? "Cannot write to Redis: a later start of this log writes there"
        : `Cannot write to Redis: ${lease.address || "another process"} has written there since ` +
          lease.since +
          (endless === null ? "" : `. Its lease never lapses: ${removal(endless)}`),
    );
    this.name = "LeaseHeldError";
  }
}

/** What to do about a lease that never lapses, which this service does not write. */
export function removal(key: string): string {
  return `remove ${key} where that process is no more`;
}

/** What Redis holds is not the branch that is written: it was emptied, replaced, or written by another. */
export class BranchLostError extends Error {
  readonly code = "branch_lost";
  /** @param found the branch that is there; null where there is none */
  constructor(readonly expected: string, readonly found: string | null) {
    super(`Cannot write branch ${expected} to Redis: it holds ${found ?? "no branch"}`);
    this.name = "BranchLostError";
  }
}

/** The stream does not end where the batch begins. */
export class OutOfPlaceError extends Error {
  readonly code = "out_of_place";
  /** @param actual the stream's last id, or what else is there */
  constructor(readonly expected: string, readonly actual: string) {
    super(`Cannot write to Redis after ${expected}: the stream ends at ${actual}`);
    this.name = "OutOfPlaceError";
  }
}

/** A Lua script, known to the server by its hash after the first call. */
export class Script {
  readonly #sha: string;
  constructor(readonly lua: string) {
    this.#sha = hash("sha1", lua, "hex");
  }

  /**
   * Runs it.
   *
   * @throws {RedisFailedError}
   */
  async run(
    redis: Redis,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    try {
      try {
        return await redis.evalsha(this.#sha, keys.length, ...keys, ...args);
      } catch (error) {
        if (!/\bNOSCRIPT\b/.test(reasonOf(error))) throw error;
        return await redis.eval(this.lua, keys.length, ...keys, ...args);
      }
    } catch (error) {
      throw failureOf(error);
    }
  }
}

/** What a failed command of ioredis comes to. */
export function failureOf(error: unknown): RedisFailedError {
  const reason = reasonOf(error);
  const isReply = error instanceof Error && error.name === "ReplyError";
  if (!isReply) return new RedisFailedError("unreachable", plainReason(reason));
  if (/\bOOM\b/.test(reason)) return new RedisFailedError("out_of_memory", reason);
  if (/\bREADONLY\b/.test(reason)) return new RedisFailedError("read_only", reason);
  return new RedisFailedError("refused", reason);
}

/** In place of the settings that ioredis names, what has happened. */
function plainReason(reason: string): string {
  if (reason.startsWith("Reached the max retries per request limit")) return "the connection broke";
  if (reason.startsWith("Stream isn't writeable")) return "there is no connection";
  return reason;
}

/**
 * Lua functions of all scripts. KEYS: 1 writer, 2 log. ARGV: 1 holder, 2 branch, 3 token.
 *
 * A key that is gone, or holds what is no lease, is no obstacle: only reading another holder is one.
 * A stream that never held anything is as good as none: a consumer's group makes such a one.
 */
export const PRELUDE = `
local function kind(key) return redis.call('TYPE', key).ok end

local function is_untouched(key)
  if kind(key) ~= 'stream' then return false end
  local info = redis.call('XINFO', 'STREAM', key)
  for at = 1, #info, 2 do
    if info[at] == 'last-generated-id' then return info[at + 1] == '0-0' end
  end
  return false
end

local function lease_refusal()
  if kind(KEYS[1]) ~= 'string' then return nil end
  local text = redis.call('GET', KEYS[1])
  local readable, lease = pcall(cjson.decode, text)
  if not readable or type(lease) ~= 'table' or type(lease.holder) ~= 'string' then return nil end
  if lease.holder ~= ARGV[1] then return {'lease', text} end
  return nil
end

local function branch_refusal()
  if kind(KEYS[2]) ~= 'hash' then return {'branch', ''} end
  local found = redis.call('HMGET', KEYS[2], 'branch', 'token')
  if found[1] ~= ARGV[2] then return {'branch', found[1] or ''} end
  if (tonumber(found[2]) or 0) > tonumber(ARGV[3]) then return {'lease', ''} end
  return nil
end
`;

/**
 * A script that writes only into the branch of its caller. `body` finds its own keys from `KEYS[3]` and its
 * own arguments from `ARGV[4]` on, and returns `{'ok', …}` or another answer of {@link checkAnswer}.
 */
export function guardedScript(body: string): Script {
  return new Script(`${PRELUDE}
local refusal = lease_refusal() or branch_refusal()
if refusal then return refusal end
${body}`);
}

/** Where a guarded script writes, and as whom. */
export interface WriteContext {
  readonly redis: RedisConnection;
  readonly identity: WriterIdentity;
  readonly branch: string;
}

/**
 * Runs a guarded script. Nothing is written where it throws any but the first of these; after the first
 * it is not known.
 *
 * @returns what follows `'ok'` in its answer
 * @throws {RedisFailedError} where Redis refused or did not answer
 * @throws {LeaseHeldError}
 * @throws {BranchLostError}
 * @throws {OutOfPlaceError}
 */
export async function runGuarded(
  script: Script,
  { redis, identity, branch }: WriteContext,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<readonly unknown[]> {
  const answer = await script.run(
    redis.commands,
    [redis.keys.writer, redis.keys.log, ...keys],
    [identity.holder, branch, identity.token, ...args],
  );
  return checkAnswer(answer, redis.keys.writer, branch);
}

/** What follows `'ok'`; `'lease'`, `'branch'` and `'place'` are thrown. See {@link runGuarded}. */
export function checkAnswer(answer: unknown, writer: string, branch: string): readonly unknown[] {
  const [word, first, second]: readonly unknown[] = Array.isArray(answer) ? answer : [];
  switch (word) {
    case "ok":
      return Array.isArray(answer) ? answer.slice(1) : [];
    case "lease":
      throw new LeaseHeldError(leaseOf(writer, String(first ?? "")));
    case "branch":
      throw new BranchLostError(branch, first === "" ? null : String(first));
    case "place":
      throw new OutOfPlaceError(String(first), String(second));
    default:
      throw new RedisFailedError("refused", `a script answered ${JSON.stringify(answer)}`);
  }
}

function leaseOf(writer: string, text: string): LeaseRecord | null {
  try {
    return parseLease(writer, text);
  } catch {
    return null;
  }
}

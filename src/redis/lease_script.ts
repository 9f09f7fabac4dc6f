/** The steps on the lease's key, each in one script. */
import type { RedisConnection } from "./connection.ts";
import { ForeignLogError } from "./foreign_log.ts";
import { type LeaseRecord, parseLease } from "./records.ts";
import { RedisFailedError, Script } from "./scripts.ts";

/** What stands in the lease's key, as a process that asked for it found it. */
export type LeaseAnswer =
  /** It is ours, and was before. */
  | { readonly is: "renewed" }
  /** It is ours now. `found`: nothing, the run before this one, or what is no lease. */
  | { readonly is: "taken"; readonly found: "nothing" | "predecessor" | "rubbish" }
  /** Another process has it, for `remainingMs` more; below 0 where it never lapses. */
  | { readonly is: "other"; readonly text: string; readonly remainingMs: number };

/**
 * KEYS: 1 the lease, 2 log. ARGV: 1 holder, 2 predecessor or empty, 3 record, 4 how long it lasts, milliseconds,
 * 5 id of the only log that Redis may mirror, or empty where it may be any.
 *
 * Only reading another holder is an obstacle, and another log's stream; PEXPIRE needs no memory, so that a full
 * Redis renews too.
 */
const CLAIM = new Script(`
local key, holder, predecessor, record, ttl = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if ARGV[5] ~= '' and redis.call('TYPE', KEYS[2]).ok == 'hash' then
  local log_id = redis.call('HGET', KEYS[2], 'logId') or ''
  if log_id ~= '' and log_id ~= ARGV[5] then return {'foreign', log_id} end
end
local found = 'nothing'
local kind = redis.call('TYPE', key).ok
if kind == 'string' then
  local text = redis.call('GET', key)
  if text == record then
    redis.call('PEXPIRE', key, ttl)
    return {'renewed'}
  end
  local readable, lease = pcall(cjson.decode, text)
  if not readable or type(lease) ~= 'table' or type(lease.holder) ~= 'string' then
    found = 'rubbish'
  elseif lease.holder == holder then
    found = 'own'
  elseif lease.holder == predecessor then
    found = 'predecessor'
  else
    return {'other', text, redis.call('PTTL', key)}
  end
elseif kind ~= 'none' then
  found = 'rubbish'
end
redis.call('SET', key, record, 'PX', ttl)
if found == 'own' then return {'renewed'} end
return {'taken', found}
`);

const RELEASE = new Script(`
if redis.call('TYPE', KEYS[1]).ok ~= 'string' then return 0 end
local readable, lease = pcall(cjson.decode, redis.call('GET', KEYS[1]))
if readable and type(lease) == 'table' and lease.holder == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
`);

/**
 * Takes the lease or renews it, unless another holds it.
 *
 * @param predecessor a holder whose lease may be taken at once; null where there is none
 * @param anyLog whether it may be taken where Redis mirrors another log
 * @throws {RedisFailedError}
 * @throws {ForeignLogError} where Redis mirrors another log, and may not
 */
export async function claimLease(
  { commands, keys }: RedisConnection,
  record: LeaseRecord,
  predecessor: string | null,
  ttlMs: number,
  anyLog: boolean,
): Promise<LeaseAnswer> {
  const { holder, logId } = record;
  const args = [holder, predecessor ?? "", JSON.stringify(record), ttlMs, anyLog ? "" : logId];
  const answer = await CLAIM.run(commands, [keys.writer, keys.log], args);
  const [is, first, second]: readonly unknown[] = Array.isArray(answer) ? answer : [];
  if (is === "renewed") return { is };
  if (is === "taken" && (first === "nothing" || first === "predecessor" || first === "rubbish")) {
    return { is, found: first };
  }
  if (is === "foreign") throw new ForeignLogError(String(first), logId, keys);
  if (is === "other") return { is, text: String(first), remainingMs: Number(second) };
  throw new RedisFailedError("refused", `the lease's script answered ${JSON.stringify(answer)}`);
}

/**
 * Gives the lease back where this holder has it.
 *
 * @throws {RedisFailedError}
 */
export async function releaseLease({ commands, keys }: RedisConnection, holder: string) {
  await RELEASE.run(commands, [keys.writer], [holder]);
}

/** Who the text of a lease names, as far as it can be read. */
export function leaseNamed(key: string, text: string): LeaseRecord {
  try {
    return parseLease(key, text);
  } catch {
    return { holder: "", token: 0, logId: "", address: "", since: "an unknown time" };
  }
}

/** The Lua scripts that look at what Redis holds of a log, and begin it anew. */
import { guardedScript, PRELUDE, Script } from "./scripts.ts";

/**
 * KEYS: 1 writer, 2 log, 3 events, 4 snapshots. Answers what is there as names and values in turn, all of
 * one moment. Reads only what Redis knows without going through the stream.
 */
export const INSPECT = new Script(`
local function kind(key) return redis.call('TYPE', key).ok end
local answer = {'log', kind(KEYS[2]), 'events', kind(KEYS[3]), 'snapshots', kind(KEYS[4])}
local function put(name, value)
  answer[#answer + 1] = name
  answer[#answer + 1] = value
end
if answer[2] == 'hash' then put('lineage', redis.call('HGETALL', KEYS[2])) end
if answer[4] == 'stream' then
  local info = redis.call('XINFO', 'STREAM', KEYS[3])
  for at = 1, #info, 2 do
    local name, value = info[at], info[at + 1]
    if name == 'length' then put('length', value) end
    if name == 'last-generated-id' then put('last-generated-id', value) end
    if name == 'first-entry' and value then put('first-entry', value) end
    if name == 'last-entry' and value then put('last-entry', value) end
  end
end
return answer
`);

/**
 * Begins a branch. KEYS: 1 writer, 2 log, 3 events, 4 set aside, 5 snapshots, 6 current, 7 breakdown. ARGV:
 * 1 holder, 2 branch, 3 token, 4 and 5 the branch and position that were found there (empty where none),
 * 6 log id, 7 position after which the stream begins, 8 root there, 9 how long what is set aside lives, s, 10 the
 * log id that was found there.
 *
 * Answers `{'ok', 1}` where a stream was set aside, `{'branch', …}` where something else is found by now.
 *
 * Before the first key is changed all is checked. Out of memory does not stop it in the middle: a script
 * may go on writing once it has written, and renaming and deleting are allowed in any case.
 */
export const BEGIN = new Script(`${PRELUDE}
local refusal = lease_refusal()
if refusal then return refusal end
local found, position, token, log_id = '', '', '0', ''
if kind(KEYS[2]) == 'hash' then
  local values = redis.call('HMGET', KEYS[2], 'branch', 'position', 'token', 'logId')
  found, position = values[1] or '', values[2] or ''
  token, log_id = values[3] or '0', values[4] or ''
end
if found ~= ARGV[4] or position ~= ARGV[5] or log_id ~= ARGV[10] then
  return {'branch', found}
end
if log_id == ARGV[6] and (tonumber(token) or 0) > tonumber(ARGV[3]) then return {'lease', ''} end
local aside = 0
if kind(KEYS[3]) ~= 'none' and not is_untouched(KEYS[3]) then
  -- Renaming over a long stream would free it in the same step, and hold up everybody meanwhile.
  redis.call('UNLINK', KEYS[4])
  redis.call('RENAME', KEYS[3], KEYS[4])
  redis.call('EXPIRE', KEYS[4], ARGV[9])
  aside = 1
end
redis.call('UNLINK', KEYS[2], KEYS[5], KEYS[6], KEYS[7])
redis.call('HSET', KEYS[2], 'logId', ARGV[6], 'position', ARGV[7], 'root', ARGV[8],
  'branch', ARGV[2], 'token', ARGV[3], 'from', ARGV[7])
return {'ok', aside}
`);

/** Goes on with a branch, in the name of this start: ARGV 3 is its token. */
export const ADOPT = guardedScript(`
redis.call('HSET', KEYS[2], 'token', ARGV[3])
return {'ok'}
`);

/** Takes the name from the branch, so that another one begins. */
export const FORSAKE = guardedScript(`
redis.call('HDEL', KEYS[2], 'branch')
return {'ok'}
`);

/** Gives free what an earlier stream takes. KEYS: 3 set aside. Answers `{'ok', how many keys}`. */
export const MAKE_ROOM = guardedScript(`
return {'ok', redis.call('UNLINK', KEYS[3])}
`);

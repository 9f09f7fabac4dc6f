/** The Lua scripts that write the snapshots: stream, newest one and breakdown in one step. */
import { guardedScript } from "./scripts.ts";

const SHARED = `
local function parts(id)
  local major, minor = string.match(id, '^(%d+)%-(%d+)$')
  return tonumber(major), tonumber(minor)
end

local function above(one, other)
  local a, b = parts(one)
  local c, d = parts(other)
  return a > c or (a == c and b > d)
end

local function is_final(id) return string.sub(id, -2) == '-1' end

local function last_id(key)
  local info = redis.call('XINFO', 'STREAM', key)
  for at = 1, #info, 2 do
    if info[at] == 'last-generated-id' then return info[at + 1] end
  end
end
`;

/**
 * KEYS: 3 snapshots, 4 current, 5 breakdown. ARGV: 4 the id that the stream has reached at least, 5 `1` to
 * begin the stream anew, 6 how many entries it keeps, 7 an entry to drop or empty, 8 epoch, 9 current's text
 * or empty, 10 its offset, 11 breakdown's text or empty, 12 its offset, 13 position of the newest snapshot,
 * 14 the log's root there; then for each snapshot, in ascending order: id, number of its fields, fields.
 *
 * Answers `{'ok', last id}`, or `{'place', …}` where the stream ends before ARGV 4, or lacks a final that
 * cannot be added any more because the stream is past it. What is there already is not added again.
 *
 * All is checked before the first write. Out of memory stops a script at its first write only, and that is
 * an XADD or a SET, or where the stream begins anew an UNLINK, which gives room: so it is all or nothing.
 */
export const PUBLISH = guardedScript(`${SHARED}
local stream, anew, what = KEYS[3], ARGV[5] == '1', kind(KEYS[3])
local last = '0-0'
if not anew then
  if what ~= 'none' and what ~= 'stream' then return {'place', ARGV[4], what} end
  if what == 'stream' then last = last_id(stream) end
  if above(ARGV[4], last) then return {'place', ARGV[4], last} end
end

local added, closes, at = {}, false, 15
while at <= #ARGV do
  local id, count = ARGV[at], tonumber(ARGV[at + 1])
  if above(id, last) then
    added[#added + 1] = {id, at + 2, at + 1 + count}
    closes = closes or is_final(id)
  elseif is_final(id) and #redis.call('XRANGE', stream, id, id) == 0 then
    return {'place', id, last}
  end
  at = at + 2 + count
end

local function provisionals()
  local ids, from = {}, '+'
  while true do
    local page = redis.call('XREVRANGE', stream, from, '-', 'COUNT', 16)
    for _, entry in ipairs(page) do
      if is_final(entry[1]) then return ids end
      ids[#ids + 1] = entry[1]
      from = '(' .. entry[1]
    end
    if #page < 16 then return ids end
  end
end

local function offer(key, text, offset)
  if text == '' then return end
  if kind(key) == 'string' then
    local pattern = '^{"branch":"([%x-]+)","epoch":"(%x+)","offset":(%d+),'
    local branch, epoch, held = string.match(redis.call('GET', key), pattern)
    local known = branch == ARGV[2] and epoch == ARGV[8]
    if known and tonumber(held) > tonumber(offset) then return end
  end
  redis.call('SET', key, text)
end

local dropped = {}
if closes and not anew then
  dropped = provisionals()
elseif ARGV[7] ~= '' then
  dropped = {ARGV[7]}
end
if anew then redis.call('UNLINK', stream) end
for _, entry in ipairs(added) do
  redis.call('XADD', stream, 'MAXLEN', '~', ARGV[6], entry[1], unpack(ARGV, entry[2], entry[3]))
  last = entry[1]
end
for _, id in ipairs(dropped) do redis.call('XDEL', stream, id) end
offer(KEYS[4], ARGV[9], ARGV[10])
offer(KEYS[5], ARGV[11], ARGV[12])
local known = tonumber(redis.call('HGET', KEYS[2], 'snapshotPosition') or '0') or 0
if tonumber(ARGV[13]) >= known then
  redis.call('HSET', KEYS[2], 'snapshotPosition', ARGV[13], 'snapshotRoot', ARGV[14])
end
return {'ok', last}
`);

/**
 * KEYS: 3 snapshots. ARGV: 4 the most entries that are looked at. Answers `{'ok', type, last id, length,
 * then id, epoch and branch of each entry}`; no entries where there are more than that.
 */
export const INSPECT_SNAPSHOTS = guardedScript(`${SHARED}
local stream, what = KEYS[3], kind(KEYS[3])
local answer = {'ok', what, '0-0', '0'}
if what ~= 'stream' then return answer end
local length = redis.call('XLEN', stream)
answer[3], answer[4] = last_id(stream), tostring(length)
if length > tonumber(ARGV[4]) then return answer end
for _, entry in ipairs(redis.call('XRANGE', stream, '-', '+')) do
  local fields = {epoch = '', branch = ''}
  for at = 1, #entry[2], 2 do fields[entry[2][at]] = entry[2][at + 1] end
  answer[#answer + 1] = entry[1]
  answer[#answer + 1] = fields.epoch
  answer[#answer + 1] = fields.branch
end
return answer
`);

/** One batch of events into the stream: all of it where the stream ends just before it, else nothing. */
import type { LogLine } from "../log/event_log.ts";
import { guardedScript, runGuarded, type WriteContext } from "./scripts.ts";

/**
 * KEYS: 3 events. ARGV: 4 position after which the batch goes, 5 root there, 6 the stream's last id, empty
 * where there is none, 7 root after the batch, 8 retention, from 9 on the lines.
 *
 * Lua takes nothing back, so all is checked before the first write: what the key holds, the stream's last
 * id, which each new id then exceeds, and the lineage's position. Out of memory stops the first XADD or none:
 * Redis decides it before the script begins, and a script that has written may go on writing. XTRIM, at the
 * end, needs no memory.
 */
const APPEND = guardedScript(`
local after, last = tonumber(ARGV[4]), ARGV[6]
local lineage = redis.call('HMGET', KEYS[2], 'position', 'root')
if lineage[1] ~= ARGV[4] or lineage[2] ~= ARGV[5] then
  return {'place', last, 'position ' .. (lineage[1] or '')}
end
local kind = kind(KEYS[3])
if last == '' then
  if kind ~= 'none' and not is_untouched(KEYS[3]) then return {'place', 'the beginning', kind} end
else
  if kind ~= 'stream' then return {'place', last, kind} end
  local newest = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
  if not newest or newest[1] ~= last then return {'place', last, newest and newest[1] or 'nothing'} end
  local info = redis.call('XINFO', 'STREAM', KEYS[3])
  for at = 1, #info, 2 do
    if info[at] == 'last-generated-id' and info[at + 1] ~= last then
      return {'place', last, info[at + 1]}
    end
  end
end
local count = #ARGV - 8
for at = 1, count do
  redis.call('XADD', KEYS[3], string.format('%.0f-0', after + at), 'event', ARGV[8 + at])
end
redis.call('HSET', KEYS[2], 'position', string.format('%.0f', after + count), 'root', ARGV[7])
redis.call('XTRIM', KEYS[3], 'MAXLEN', '~', ARGV[8])
return {'ok'}
`);

/** A batch and where it goes. */
export interface AppendEvents {
  /** Position before the first line. */
  readonly after: number;
  /** Root of the log there. */
  readonly rootBefore: string;
  /** True where the stream has none yet. */
  readonly isFirst: boolean;
  /** One line for each position from `after + 1` on; at least one. */
  readonly lines: readonly LogLine[];
  /** Root of the log after the last line. */
  readonly root: string;
  /** How many events the stream retains at least. */
  readonly retention: number;
}

/**
 * Appends a batch to the stream.
 *
 * @throws what {@link runGuarded} throws
 */
export async function appendEvents(
  context: WriteContext,
  { after, rootBefore, isFirst, lines, root, retention }: AppendEvents,
): Promise<void> {
  lines.forEach(({ position }, at) => {
    if (position !== after + at + 1) {
      throw new RangeError(`Cannot mirror ${position} in the place of ${after + at + 1}`);
    }
  });
  await runGuarded(APPEND, context, [context.redis.keys.events], [
    ...[after, rootBefore, isFirst ? "" : `${after}-0`, root, retention],
    ...lines.map(({ line }) => line),
  ]);
}

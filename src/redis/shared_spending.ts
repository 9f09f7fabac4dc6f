/** What somebody has spent at all nodes together, where each of them tells Redis what was spent there. */
import type { RedisConnection } from "./connection.ts";
import { Script } from "./scripts.ts";

/** What was spent at this node since it last told. */
export interface Spending {
  /** What kind of name it is, such as `address`. */
  readonly by: string;
  readonly name: string;
  /** What was spent, in units of which `perMs` come back each millisecond. Whole numbers. */
  readonly units: number;
  readonly perMs: number;
  /** No more than this is remembered. */
  readonly most: number;
}

/**
 * KEYS: one for each name. ARGV: of each its units, how many come back in a millisecond, and the most.
 *
 * A value is what was spent, and when that was so by the clock of Redis. Only small numbers are reckoned
 * with: a double holds them exactly. What is no such value counts as none.
 */
const SETTLE = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all = {}
for i, key in ipairs(KEYS) do
  local units, per, most = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local text = redis.pcall('GET', key)
  local spent, at
  if type(text) == 'string' then spent, at = string.match(text, '^(%d+) (%d+)$') end
  spent, at = tonumber(spent or 0), tonumber(at or now)
  spent = math.min(math.max(0, spent - math.max(0, now - at) * per) + units, most)
  redis.call('SET', key, string.format('%.0f %.0f', spent, now), 'PX', math.ceil(spent / per) + 1)
  all[i] = spent
end
return all
`);

/**
 * Adds what was spent here to what was spent elsewhere, in one step.
 *
 * @returns of each what is spent altogether now, in units
 * @throws {RedisFailedError}
 */
export async function settle(
  { commands, keys }: RedisConnection,
  spendings: readonly Spending[],
): Promise<number[]> {
  const answer = await SETTLE.run(
    commands,
    spendings.map(({ by, name }) => keys.spent(by, name)),
    spendings.flatMap(({ units, perMs, most }) => [units, perMs, most]),
  );
  return Array.isArray(answer) ? answer.map(Number) : [];
}

/** The names under which the service keeps things in Redis. */

/** Every key; those that a consumer may rely on are in docs/INTEGRATION.md. */
export interface RedisKeys {
  /** Stream: the mirrored log. Id `<position>-0`, field `event`, the stored line. */
  readonly events: string;
  /** Stream: id `<position>-0` provisional, `<position>-1` final. */
  readonly snapshots: string;
  /** String: the newest snapshot. */
  readonly current: string;
  /** String: the breakdown that adds up to the newest snapshot. */
  readonly breakdown: string;
  /** Hash: the lineage of what is mirrored. */
  readonly log: string;
  /** String: when the writer was last alive, and what it said. */
  readonly heartbeat: string;
  /** String: who writes. */
  readonly writer: string;
  /** String: the active API keys, hashed, for the edges. */
  readonly apiKeys: string;
  /** Where a stream goes that does not continue the log: kept a day, for whoever wants to look. */
  readonly setAside: string;
  /** String: a closed page of history, under the branch and epoch that it belongs to. */
  page(branch: string, epoch: string, key: string): string;
  /** String: whom a ticket stands for, by the ticket's hash. */
  ticket(hash: string): string;
  /** String: what somebody has spent of his requests, at all nodes together. */
  spent(by: string, name: string): string;
}

/** What all keys begin with where nothing else is said. */
export const DEFAULT_PREFIX = "pnl:";

/** The keys under a prefix. */
export function redisKeys(prefix: string = DEFAULT_PREFIX): RedisKeys {
  return {
    events: `${prefix}events`,
    snapshots: `${prefix}snapshots`,
    current: `${prefix}snapshot:current`,
    breakdown: `${prefix}snapshot:breakdown`,
    log: `${prefix}log`,
    heartbeat: `${prefix}heartbeat`,
    writer: `${prefix}writer`,
    apiKeys: `${prefix}keys`,
    setAside: `${prefix}events:set-aside`,
    page: (branch, epoch, key) => `${prefix}page:${branch}:${epoch}:${key}`,
    ticket: (hash) => `${prefix}ticket:${hash}`,
    spent: (by, name) => `${prefix}spent:${by}:${name}`,
  };
}

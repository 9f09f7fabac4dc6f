/** The credentials of a configuration, as they could appear in a text. */
import type { Config } from "./config.ts";
import { readPrivateKey } from "./upstreams.ts";

/** The lines of a key in PEM: its base64, which alone could give it away. */
function keyLines(kalshi: Config["kalshi"]): string[] {
  if (kalshi === null) return [];
  try {
    const lines = readPrivateKey(kalshi.privateKey).split(/\\n|\s+/);
    return lines.filter((line) => line.length >= 16);
  } catch {
    // The start says what is wrong with the file; nothing of it is known then that could be told.
    return [];
  }
}

/** User and password of Redis's address, as written there and as sent. */
function redisSecrets(redis: Config["redis"]): string[] {
  const password = redis === null ? "" : new URL(redis.url).password;
  if (password === "") return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

/** Everything that a log must never hold, as far as the configuration knows it. */
export function secretsOf(config: Config): string[] {
  const { kalshi, anthropic, revenue, redis } = config;
  return [
    ...(kalshi === null ? [] : [kalshi.keyId, ...keyLines(kalshi)]),
    ...(anthropic === null ? [] : [anthropic.adminKey]),
    ...(revenue === null || revenue.token === null ? [] : [revenue.token]),
    ...redisSecrets(redis),
  ];
}

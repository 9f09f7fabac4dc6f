/** The sources that a configuration asks for: the live upstreams, or the sandbox's stand-ins for them. */
import type { Clock } from "../pnl/clock.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { anthropicSource } from "../sources/anthropic.ts";
import { SANDBOX_ORIGIN } from "../sources/binding.ts";
import { kalshiSource } from "../sources/kalshi.ts";
import { InvalidKeyError } from "../sources/kalshi_signer.ts";
import { revenueSource } from "../sources/revenue.ts";
import type { Source } from "../sources/source.ts";
import { type Config, ConfigError, type PrivateKey } from "./config.ts";

/** What the sandbox's sources bind a log to. */
const SANDBOX_BINDING = { origin: SANDBOX_ORIGIN, account: "sandbox" } as const;

/**
 * The private key's text.
 *
 * @throws {ConfigError} where its file cannot be read
 */
export function readPrivateKey(key: PrivateKey): string {
  if ("pem" in key) return key.pem;
  try {
    return Deno.readTextFileSync(key.file);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : error instanceof Deno.errors.PermissionDenied
      ? "it may not be read"
      : "it cannot be read";
    throw new ConfigError([`KALSHI_PRIVATE_KEY_FILE: ${why} (${JSON.stringify(key.file)})`]);
  }
}

/** Kalshi's source; a key that is no key is a fault of the environment. */
function liveKalshi(kalshi: NonNullable<Config["kalshi"]>, config: Config, clock: Clock): Source {
  try {
    return kalshiSource({
      baseUrl: kalshi.baseUrl,
      keyId: kalshi.keyId,
      privateKeyPem: readPrivateKey(kalshi.privateKey),
      account: kalshi.account,
      intervalMs: config.pollMs.kalshi,
      timeoutMs: config.sourceTimeoutMs,
      clock,
    });
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error;
    const name = "file" in kalshi.privateKey ? "KALSHI_PRIVATE_KEY_FILE" : "KALSHI_PRIVATE_KEY";
    throw new ConfigError([`${name}: ${error.message}`]);
  }
}

/**
 * The configured live sources; empty in sandbox mode.
 *
 * @throws {ConfigError} where a key cannot be used
 */
export function liveSources(config: Config, clock: Clock): Source[] {
  const { kalshi, anthropic, revenue, pollMs, sourceTimeoutMs: timeoutMs } = config;
  const sources: Source[] = [];
  if (kalshi !== null) sources.push(liveKalshi(kalshi, config, clock));
  if (anthropic !== null) {
    const { baseUrl, adminKey, account } = anthropic;
    const { since } = config;
    const intervalMs = pollMs.anthropic;
    sources.push(
      anthropicSource({ baseUrl, adminKey, account, since, intervalMs, timeoutMs, clock }),
    );
  }
  if (revenue !== null) {
    const { baseUrl, token, account } = revenue;
    const intervalMs = pollMs.revenue;
    sources.push(revenueSource({ baseUrl, token, account, intervalMs, timeoutMs, clock }));
  }
  return sources;
}

/** The sources that read from a running sandbox. */
export function sandboxSources(config: Config, sandbox: Sandbox, clock: Clock): Source[] {
  const { pollMs, since } = config;
  const common = { ...SANDBOX_BINDING, timeoutMs: config.sourceTimeoutMs, clock };
  return [
    kalshiSource({ ...sandbox.kalshi, ...common, intervalMs: pollMs.kalshi }),
    anthropicSource({ ...sandbox.anthropic, ...common, since, intervalMs: pollMs.anthropic }),
    revenueSource({ ...sandbox.revenue, ...common, intervalMs: pollMs.revenue }),
  ];
}

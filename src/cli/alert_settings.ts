/** The rules of alerts and the secrets of their webhooks, from the file that the configuration names. */
import {
  type AlertRules,
  AlertRulesError,
  parseAlertRules,
  type Webhook,
} from "../alerts/rules.ts";
import type { Receiver } from "../alerts/send.ts";
import { secretsOf } from "../alerts/signature.ts";
import { type Config, ConfigError, type Environment } from "./config.ts";
import { readVariable } from "./environment.ts";

/** What alerts are sent by, and where to. */
export interface AlertSettings {
  readonly rules: AlertRules["rules"];
  readonly receivers: readonly Receiver[];
  /** What no log may hold: the secrets, and the addresses, which may be secret themselves. */
  readonly secrets: readonly string[];
}

function whyUnread(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "it may not be read";
  return "it cannot be read";
}

/**
 * Reads the file of rules; null where none is named.
 *
 * @throws {ConfigError} with every fault of it
 */
export function readAlertRules({ alertsFile }: Config): AlertRules | null {
  if (alertsFile === null) return null;
  let text: string;
  try {
    text = Deno.readTextFileSync(alertsFile);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new ConfigError([`PNL_ALERTS_FILE: ${whyUnread(error)} (${JSON.stringify(alertsFile)})`]);
  }
  try {
    return parseAlertRules(text);
  } catch (error) {
    if (!(error instanceof AlertRulesError)) throw error;
    throw new ConfigError(error.faults.map((fault) => `PNL_ALERTS_FILE: ${fault}`));
  }
}

/** The secret's text, or why there is none. */
function secretOf({ secretEnv, secretFile }: Webhook, env: Environment): { text: string } | string {
  if (secretFile === undefined) {
    const text = readVariable(secretEnv!, env)?.trim() ?? "";
    return text === "" ? `${secretEnv} is not set` : { text };
  }
  try {
    return { text: Deno.readTextFileSync(secretFile).trim() };
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return `${JSON.stringify(secretFile)}: ${whyUnread(error)}`;
  }
}

/**
 * Reads the rules and the secrets of their webhooks; null where no file is named.
 *
 * @throws {ConfigError} with every fault, and no secret in any
 */
export function readAlertSettings(config: Config, env: Environment): AlertSettings | null {
  const file = readAlertRules(config);
  if (file === null) return null;
  const faults: string[] = [];
  const secrets: string[] = [];
  const receivers = file.webhooks.flatMap((webhook, index): Receiver[] => {
    const { name, url } = webhook;
    const found = secretOf(webhook, env);
    const keys = typeof found === "string" ? null : secretsOf(found.text);
    if (typeof found !== "string" && keys !== null) {
      const texts = found.text.split(/\s+/);
      secrets.push(...texts, ...texts.map((text) => text.replace(/^whsec_/, "")), url);
      return [{ name, url, secrets: keys }];
    }
    const why = typeof found === "string"
      ? found
      : "what it names is not whsec_ and base64 of 24 to 64 bytes, up to three of them";
    faults.push(`PNL_ALERTS_FILE: webhooks[${index}] cannot be signed for: ${why}`);
    return [];
  });
  if (faults.length > 0) throw new ConfigError(faults);
  return { rules: file.rules, receivers, secrets };
}

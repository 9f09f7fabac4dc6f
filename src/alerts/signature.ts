/**
 * Signatures of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac } from "node:crypto";

const PREFIX = "whsec_";
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Bytes that the specification asks for. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/** The bytes of a secret, `whsec_` and base64; null where the text is none of 24 to 64 bytes. */
export function secretBytes(text: string): Uint8Array<ArrayBuffer> | null {
  const encoded = text.slice(PREFIX.length);
  if (!text.startsWith(PREFIX) || !BASE64.test(encoded) || encoded.length % 4 !== 0) return null;
  const bytes = Uint8Array.fromBase64(encoded);
  return bytes.length >= LEAST_BYTES && bytes.length <= MOST_BYTES ? bytes : null;
}

/** So many secrets count at once: the one of now, and those that it replaces. */
const MOST_SECRETS = 3;

/** The bytes of secrets with blanks between them, the newest first; null where one is none, or too many. */
export function secretsOf(text: string): Uint8Array<ArrayBuffer>[] | null {
  const words = text.trim().split(/\s+/);
  const secrets = words.flatMap((word) => secretBytes(word) ?? []);
  return secrets.length === words.length && words.length <= MOST_SECRETS ? secrets : null;
}

/** What is signed: one attempt at one message. */
export interface Signed {
  /** The same for every attempt at a message; without a dot. */
  readonly id: string;
  /** Unix seconds of the attempt. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The headers of an attempt, with a signature by each secret: while one replaces another, who verifies by
 * either of them believes it.
 */
export function signedHeaders(
  { id, timestamp, body }: Signed,
  secrets: readonly Uint8Array<ArrayBuffer>[],
): Record<string, string> {
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = secrets.map((secret) =>
    `v1,${createHmac("sha256", secret).update(signed).digest("base64")}`
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}

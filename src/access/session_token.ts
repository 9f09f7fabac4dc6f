/**
 * Sessions that no server has to remember: the key itself signs them. Its text gives an Ed25519 key pair,
 * of which only the public half is kept; so any node can check a session, one lasts over a restart, it
 * ends with its key, and who reads what is kept can make none.
 */
import { Buffer } from "node:buffer";
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { sign, verify } from "node:crypto";
import { randomBase62 } from "./base62.ts";

/** What a session says. */
export interface Session {
  readonly keyId: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
  /** Its own id, by which it is signed out. */
  readonly id: string;
}

/** A session as it was read: what it says is not to be believed before {@link isSigned}. */
export interface SessionToken extends Session {
  readonly body: string;
  readonly signature: string;
}

/** Of a private Ed25519 key in PKCS #8 (RFC 8410), before its 32 bytes. */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const PURPOSE = "pnl-stream session v1";
const ID_LENGTH = 16;
const TOKEN = /^(([0-9A-Za-z]{10})\.(\d{13})\.([0-9A-Za-z]{16}))\.([A-Za-z0-9_-]{86})$/;

function privateKeyOf(text: string): KeyObject {
  const seed = createHash("sha256").update(`${PURPOSE}\n${text}`).digest();
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
}

/** The public key of the sessions of an API key, base64url. */
export function sessionKeyOf(text: string): string {
  const { x } = createPublicKey(privateKeyOf(text)).export({ format: "jwk" });
  if (x === undefined) throw new Error("Cannot export the public key of a session");
  return x;
}

/**
 * Makes a session.
 *
 * @param text the API key
 * @param expiresAt Unix milliseconds
 */
export function signSession(text: string, keyId: string, expiresAt: number): string {
  const body = `${keyId}.${expiresAt}.${randomBase62(ID_LENGTH)}`;
  const signature = sign(null, Buffer.from(`${PURPOSE}\n${body}`), privateKeyOf(text));
  return `${body}.${signature.toString("base64url")}`;
}

/** Reads a session; null for what is none. */
export function parseSession(token: string): SessionToken | null {
  if (token.length > 200) return null;
  const [, body, keyId, expiresAt, id, signature] = TOKEN.exec(token) ?? [];
  if (body === undefined || keyId === undefined || id === undefined || signature === undefined) {
    return null;
  }
  return { keyId, expiresAt: Number(expiresAt), id, body, signature };
}

/** True where the owner of the public key signed the session. */
export function isSigned({ body, signature }: SessionToken, sessionKey: string): boolean {
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: sessionKey },
    format: "jwk",
  });
  const said = Buffer.from(`${PURPOSE}\n${body}`);
  return verify(null, said, key, Buffer.from(signature, "base64url"));
}

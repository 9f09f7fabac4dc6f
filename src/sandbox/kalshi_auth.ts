/** Verifies the venue's request signatures: RSA-PSS over timestamp, method and path without the query. */
import { constants, createPublicKey, createVerify, type KeyObject } from "node:crypto";
import { authenticationError, signatureMissing, timestampExpired } from "./kalshi_errors.ts";
import type { Ask, Reply } from "./reply.ts";

/** How far a request's timestamp may be off, milliseconds, either way. */
const TIMESTAMP_WINDOW_MS = 10_000;

/** Checks signatures of one API key. */
export class KalshiAuth {
  readonly #publicKey: KeyObject;

  /** @param privateKeyPem the account's private key; only its public half is kept */
  constructor(readonly keyId: string, privateKeyPem: string) {
    this.#publicKey = createPublicKey(privateKeyPem);
  }

  /** Null where the request is signed well; else what to answer. */
  refuse(ask: Ask): Reply | null {
    const key = ask.header("kalshi-access-key");
    const timestamp = ask.header("kalshi-access-timestamp");
    const signature = ask.header("kalshi-access-signature");
    if (!key || !timestamp || !signature) return signatureMissing();
    if (key !== this.keyId) return authenticationError("NOT_FOUND");
    const clock = ask.now + (ask.lenient ? 0 : ask.skewMs);
    const off = Math.abs(clock - Number(timestamp));
    if (!/^\d{13}$/.test(timestamp) || off > TIMESTAMP_WINDOW_MS) return timestampExpired();
    return this.#signed(`${timestamp}${ask.method}${ask.path}`, signature)
      ? null
      : authenticationError("INCORRECT_API_KEY_SIGNATURE");
  }

  #signed(text: string, signature: string): boolean {
    return createVerify("RSA-SHA256").update(text).verify(
      {
        key: this.#publicKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      },
      signature,
      "base64",
    );
  }
}

/** Signatures of Kalshi's trade API: RSA-PSS, SHA-256, salt of 32 bytes. */
import { constants, createPrivateKey, type KeyObject, sign } from "node:crypto";

/** The private key cannot be used. Never holds any of it. */
export class InvalidKeyError extends Error {
  readonly code = "invalid_key";
  constructor(reason: string) {
    super(`Cannot read the Kalshi private key: ${reason}`);
    this.name = "InvalidKeyError";
  }
}

/** Headers that sign one attempt of one request. */
export type SignedHeaders = Readonly<Record<string, string>>;

/** Signs requests of one API key. */
export class KalshiSigner {
  readonly #keyId: string;
  readonly #key: KeyObject;

  /**
   * @param keyId the API key's id
   * @param pem RSA private key as PEM, PKCS#1 or PKCS#8; `\n` may be written as two characters, as
   *   environment variables often have it
   * @throws {InvalidKeyError}
   */
  constructor(keyId: string, pem: string) {
    this.#keyId = keyId;
    this.#key = readKey(pem);
  }

  /**
   * Headers for one attempt. A retry needs new ones, for the venue refuses a timestamp some seconds old.
   *
   * @param method in upper case
   * @param path from the root, `/trade-api/v2` included, without query
   * @param now unix milliseconds
   */
  headers(method: string, path: string, now: number): SignedHeaders {
    if (path.includes("?")) throw new RangeError("Cannot sign a path with a query");
    const timestamp = Math.floor(now).toString();
    const signature = sign("sha256", new TextEncoder().encode(`${timestamp}${method}${path}`), {
      key: this.#key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 32,
    });
    return {
      "KALSHI-ACCESS-KEY": this.#keyId,
      "KALSHI-ACCESS-TIMESTAMP": timestamp,
      "KALSHI-ACCESS-SIGNATURE": signature.toString("base64"),
    };
  }
}

function readKey(pem: string): KeyObject {
  const text = pem.replaceAll("\\n", "\n").replaceAll("\r", "").trim();
  if (!text.startsWith("-----BEGIN ")) throw new InvalidKeyError("it is not PEM");
  if (text.includes("PUBLIC KEY")) throw new InvalidKeyError("it is a public key");
  if (text.includes("ENCRYPTED")) throw new InvalidKeyError("it is encrypted");
  let key: KeyObject;
  try {
    key = createPrivateKey(`${text}\n`);
  } catch {
    // The cause is left out on purpose: a parser's message may quote what it parsed.
    throw new InvalidKeyError("it is neither PKCS#1 nor PKCS#8, or it is damaged");
  }
  if (key.asymmetricKeyType !== "rsa") {
    throw new InvalidKeyError(`it is of type ${key.asymmetricKeyType}, not RSA`);
  }
  return key;
}

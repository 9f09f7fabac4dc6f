import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { constants, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { InvalidKeyError, KalshiSigner } from "./kalshi_signer.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pkcs1 = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const PATH = "/trade-api/v2/portfolio/balance";
const NOW = 1703123456789;

function verified(pem: string, signed: string): boolean {
  const headers = new KalshiSigner("key-1", pem).headers("GET", PATH, NOW);
  assert.equal(headers["KALSHI-ACCESS-KEY"], "key-1");
  assert.equal(headers["KALSHI-ACCESS-TIMESTAMP"], String(NOW));
  return verify("sha256", new TextEncoder().encode(signed), {
    key: createPublicKey(privateKey),
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: 32,
  }, Buffer.from(headers["KALSHI-ACCESS-SIGNATURE"]!, "base64"));
}

Deno.test("KalshiSigner signs timestamp, method and path with PKCS#1 and PKCS#8 keys", () => {
  for (const pem of [pkcs1, pkcs8, pkcs8.replaceAll("\n", "\\n"), pkcs1.replaceAll("\n", "\r\n")]) {
    assert.equal(verified(pem, `${NOW}GET${PATH}`), true);
    assert.equal(verified(pem, `${NOW}GET/portfolio/balance`), false);
  }
});

Deno.test("KalshiSigner refuses a path with a query", () => {
  const signer = new KalshiSigner("key-1", pkcs8);
  assert.throws(() => signer.headers("GET", `${PATH}?limit=1`, NOW), RangeError);
});

Deno.test("KalshiSigner says what is wrong with a key and prints none of it", () => {
  const damaged = pkcs8.slice(0, 200) + "!!" + pkcs8.slice(240);
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const ecPem = ec.export({ type: "pkcs8", format: "pem" }).toString();
  const publicPem = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
  for (const pem of ["", "secret-text", damaged, ecPem, publicPem]) {
    assert.throws(() => new KalshiSigner("key-1", pem), (error) => {
      assert(error instanceof InvalidKeyError);
      const told = `${error.message} ${String(error.cause ?? "")}`;
      for (let at = 30; at + 16 < pem.length; at += 16) {
        assert(!told.includes(pem.slice(at, at + 16)), told);
      }
      return !told.includes("secret-text");
    });
  }
});

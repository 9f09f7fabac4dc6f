/** What is kept of a key's secret. With 142 random bits in it a slow hash would only cost time. */
import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";

/** Compared with where no key has the id that is asked for: that takes as long as a wrong secret. */
const NOBODY = "0".repeat(64);

/** The hash of a key's text, hex: id and environment are in it, so that no record passes for another's. */
export function hashKey(text: string): string {
  return createHash("sha256").update(`pnl-stream key\n${text}`).digest("hex");
}

/**
 * True where a text is the key of which a hash is kept. Takes the same time whatever differs.
 *
 * @param hash as {@link hashKey} makes it; null where no key has that id: then it is false
 */
export function isKey(text: string, hash: string | null): boolean {
  const digest = Buffer.from(hashKey(text), "hex");
  const equal = timingSafeEqual(digest, Buffer.from(hash ?? NOBODY, "hex"));
  return equal && hash !== null;
}

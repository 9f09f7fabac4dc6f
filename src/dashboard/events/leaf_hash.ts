/** The hash of an event as the reader's own browser computes it. */

/**
 * SHA-256 of the byte 0x00 and the line: the event's leaf in the log's Merkle tree (RFC 9162 §2.1.1).
 *
 * @returns 64 lower-case hex digits; null where the browser has no WebCrypto for the page, as for plain
 *   http from another machine
 */
export async function leafHashOf(line: string): Promise<string | null> {
  const { subtle }: { subtle?: SubtleCrypto } = crypto;
  if (subtle === undefined) return null;
  const bytes = new TextEncoder().encode(`\0${line}`);
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The hash that the server says, of its header `sha256:<hex>`; null where it says none. */
export function readLeafHash(header: string | null): string | null {
  return /^sha256:([0-9a-f]{64})$/.exec(header ?? "")?.[1] ?? null;
}

/** The hashes of an RFC 9162 (RFC 6962) Merkle tree over the lines of a log. */
import { Buffer } from "node:buffer";
import { createHash, hash } from "node:crypto";

/** Length of a hash in bytes. */
export const HASH_BYTES = 32;

/** Root of the tree over no leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = createHash("sha256").digest();

/** Hash of a leaf: `SHA-256(0x00 ‖ utf8(line))`. */
export function leafHash(line: string): Uint8Array {
  return hash("sha256", `\0${line}`, "buffer");
}

/** Hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)`. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const node = new Uint8Array(1 + 2 * HASH_BYTES);
  node[0] = 1;
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return hash("sha256", node, "buffer");
}

/**
 * `MTH` of RFC 9162 §2.1.1 over leaf hashes, by its definition. Every hash is computed anew: for checks,
 * not for every append.
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return first;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split)));
}

/** Root of a perfect subtree: of a power of two of hashes of one height. */
export function perfectRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) {
    if (row.length % 2 !== 0) {
      throw new RangeError(`${hashes.length} hashes are no perfect subtree`);
    }
    const above: Uint8Array[] = [];
    for (let at = 0; at < row.length; at += 2) above.push(nodeHash(row[at]!, row[at + 1]!));
    row = above;
  }
  if (row[0] === undefined) throw new RangeError("No hashes are no perfect subtree");
  return row[0];
}

/** A hash as lower-case hex. */
export function hex(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString("hex");
}

/** True where two hashes are the same. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

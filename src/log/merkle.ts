/**
 * The hashes of an RFC 9162 (RFC 6962) Merkle tree over the lines of a log.
 *
 * In memory a hash is lower-case hex: a short text costs the garbage collector a fraction of what a
 * `Uint8Array` does, and an append makes several. On disk it is 32 bytes.
 */
import { hash } from "node:crypto";

/** A SHA-256 hash as 64 lower-case hex digits. */
export type HexHash = string;

/** Root of the tree over no leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: HexHash = hash("sha256", "", "hex");

const HASH_BYTES = 32;

/** `0x01 ‖ left ‖ right`, written anew for each hash: hashing is synchronous, so nobody else sees it. */
const node = new Uint8Array(1 + 2 * HASH_BYTES);
node[0] = 1;
const left = node.subarray(1, 1 + HASH_BYTES);
const right = node.subarray(1 + HASH_BYTES);

/** Hash of a leaf: `SHA-256(0x00 ‖ utf8(line))`. */
export function leafHash(line: string): HexHash {
  return hash("sha256", `\0${line}`, "hex");
}

/** Hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)`. */
export function nodeHash(leftHash: HexHash, rightHash: HexHash): HexHash {
  const { written } = left.setFromHex(leftHash);
  const last = right.setFromHex(rightHash);
  if (written !== HASH_BYTES || last.written !== HASH_BYTES) {
    throw new RangeError("A Merkle node is made of two SHA-256 hashes");
  }
  return hash("sha256", node, "hex");
}

/**
 * `MTH` of RFC 9162 §2.1.1 over leaf hashes, by its definition. Every hash is computed anew: for checks,
 * not for every append.
 */
export function merkleRoot(leaves: readonly HexHash[]): HexHash {
  const [first] = leaves;
  if (first === undefined) return EMPTY_ROOT;
  if (leaves.length === 1) return first;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split)));
}

/** Root of a perfect subtree: of a power of two of hashes of one height. */
export function perfectRoot(hashes: readonly HexHash[]): HexHash {
  let row = hashes;
  while (row.length > 1) {
    if (row.length % 2 !== 0) {
      throw new RangeError(`${hashes.length} hashes are no perfect subtree`);
    }
    const above: HexHash[] = [];
    for (let at = 0; at < row.length; at += 2) above.push(nodeHash(row[at]!, row[at + 1]!));
    row = above;
  }
  if (row[0] === undefined) throw new RangeError("No hashes are no perfect subtree");
  return row[0];
}

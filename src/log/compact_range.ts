/**
 * The frontier of a Merkle tree: the roots of the perfect subtrees that its leaves fall into, one for
 * each bit of the size. Enough to append leaves and to know the root; a few dozen hashes for any log.
 */
import { EMPTY_ROOT, type HexHash, nodeHash, perfectRoot } from "./merkle.ts";

/** A tile is this many levels of the tree high. */
const TILE_HEIGHT = 8;

/** A tile is this many hashes wide: two to the power of its height. */
export const TILE_WIDTH = 256;

/** No tree is higher: positions are safe integers. */
const MAX_HEIGHT = 53;

/** Where the stored hashes of a tree are. */
export interface TileReader {
  /**
   * Hashes of a level of tiles: leaf hashes at level 0, roots of full tiles of the level below above it.
   *
   * @returns exactly `count` hashes from number `first` on
   */
  hashes(level: number, first: number, count: number): readonly HexHash[];
}

/** The compact range over the first leaves of a tree. */
export class CompactRange {
  #size: number;
  /** By height: the root of the perfect subtree of 2^height leaves, where that bit of size is set. */
  readonly #nodes: (HexHash | undefined)[];

  private constructor(size: number, nodes: (HexHash | undefined)[]) {
    this.#size = size;
    this.#nodes = nodes;
  }

  /** The range over no leaves. */
  static empty(): CompactRange {
    return new CompactRange(0, []);
  }

  /** The range over the first `size` leaves, from stored hashes: at most 128 of them a level are read. */
  static at(size: number, reader: TileReader): CompactRange {
    const nodes: (HexHash | undefined)[] = [];
    let covered = 0;
    for (let height = MAX_HEIGHT - 1; height >= 0; height--) {
      const width = 2 ** height;
      if (covered + width > size) continue;
      const level = Math.floor(height / TILE_HEIGHT);
      const below = TILE_WIDTH ** level;
      nodes[height] = perfectRoot(reader.hashes(level, covered / below, width / below));
      covered += width;
    }
    if (covered !== size) throw new RangeError(`Cannot make a tree of ${size} leaves`);
    return new CompactRange(size, nodes);
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  /** A copy that goes its own way. */
  clone(): CompactRange {
    return new CompactRange(this.#size, [...this.#nodes]);
  }

  /**
   * Appends a leaf.
   *
   * @param onTile called for each tile that this leaf fills, lowest first
   */
  append(
    leaf: HexHash,
    onTile?: (level: number, number: number, root: HexHash) => void,
  ): void {
    this.#size += 1;
    let node = leaf;
    let height = 0;
    for (let left = this.#nodes[0]; left !== undefined; left = this.#nodes[height]) {
      node = nodeHash(left, node);
      this.#nodes[height] = undefined;
      height += 1;
      if (height % TILE_HEIGHT === 0) {
        onTile?.(height / TILE_HEIGHT - 1, this.#size / 2 ** height - 1, node);
      }
    }
    this.#nodes[height] = node;
  }

  /** The Merkle tree hash over the leaves. */
  root(): HexHash {
    let root: HexHash | undefined;
    for (const node of this.#nodes) {
      if (node !== undefined) root = root === undefined ? node : nodeHash(node, root);
    }
    return root ?? EMPTY_ROOT;
  }
}

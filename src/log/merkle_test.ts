import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { CompactRange, TILE_WIDTH, type TileReader } from "./compact_range.ts";
import { EMPTY_ROOT, type HexHash, leafHash, merkleRoot, nodeHash, perfectRoot } from "./merkle.ts";

/** The eight leaves of the reference tests of RFC 6962, in hex, and the roots over the first n. */
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

const leaf = (hex: string) => leafHash(new TextDecoder().decode(Uint8Array.fromHex(hex)));

Deno.test("leafHash() and nodeHash() give the vectors of RFC 6962", () => {
  assert.equal(EMPTY_ROOT, ROOTS[0]);
  assert.equal(leafHash(""), ROOTS[1]);
  assert.equal(
    leafHash("L123456"),
    "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56",
  );
  const node = createHash("sha256").update("\x01N123N456").digest("hex");
  assert.equal(node, "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb");
  const [left, right] = [leafHash("a"), leafHash("b")];
  const bytes = Uint8Array.fromHex(`01${left}${right}`);
  assert.equal(nodeHash(left, right), createHash("sha256").update(bytes).digest("hex"));
});

Deno.test("leafHash() hashes the line as UTF-8", () => {
  const line = '{"text":"é€😀\\u0000"}';
  const bytes = new Uint8Array([0, ...new TextEncoder().encode(line)]);
  assert.equal(leafHash(line), createHash("sha256").update(bytes).digest("hex"));
});

Deno.test("nodeHash() refuses what is not two hashes", () => {
  assert.throws(() => nodeHash(EMPTY_ROOT, "00"), RangeError);
  assert.throws(() => nodeHash("zz", EMPTY_ROOT));
  assert.throws(() => perfectRoot([EMPTY_ROOT, EMPTY_ROOT, EMPTY_ROOT]), RangeError);
  assert.throws(() => perfectRoot([]), RangeError);
});

Deno.test("merkleRoot() and CompactRange.root() give the vectors of RFC 6962", () => {
  const range = CompactRange.empty();
  for (let size = 0; size <= LEAVES.length; size++) {
    assert.equal(merkleRoot(LEAVES.slice(0, size).map(leaf)), ROOTS[size], `size ${size}`);
    assert.equal(range.root(), ROOTS[size], `size ${size}`);
    if (size < LEAVES.length) range.append(leaf(LEAVES[size]!));
  }
});

/** Hashes of all levels, kept as tiles would. */
class Tiles implements TileReader {
  readonly levels: HexHash[][] = [[]];
  read = 0;
  hashes(level: number, first: number, count: number): HexHash[] {
    this.read = Math.max(this.read, count);
    const hashes = (this.levels[level] ?? []).slice(first, first + count);
    assert.equal(hashes.length, count);
    return hashes;
  }
}

Deno.test("CompactRange.at() is the range that appending makes, over two levels of tiles", () => {
  const tiles = new Tiles();
  const range = CompactRange.empty();
  const size = TILE_WIDTH * TILE_WIDTH + 3 * TILE_WIDTH + 5;
  const roots = new Map<number, HexHash>();
  for (let at = 1; at <= size; at++) {
    const hash = leafHash(String(at));
    tiles.levels[0]!.push(hash);
    range.append(hash, (level, number, root) => {
      const above = tiles.levels[level + 1] ??= [];
      assert.equal(above.length, number);
      above.push(root);
    });
    if (at < 3 || at % 509 === 0 || at % TILE_WIDTH < 2) roots.set(at, range.root());
  }
  assert.deepEqual(tiles.levels.map((level) => level.length), [size, TILE_WIDTH + 3, 1]);
  for (const [at, root] of roots) assert.equal(CompactRange.at(at, tiles).root(), root, `${at}`);
  assert.equal(tiles.read, TILE_WIDTH / 2);
  assert.equal(range.root(), merkleRoot(tiles.levels[0]!));
});

Deno.test("CompactRange.clone() goes its own way, from any size", () => {
  fc.assert(
    fc.property(fc.nat(600), fc.nat(300), (first, more) => {
      const leaves = Array.from({ length: first + more }, (_, at) => leafHash(String(at)));
      const range = CompactRange.empty();
      for (const hash of leaves.slice(0, first)) range.append(hash);
      const root = range.root();
      const copy = range.clone();
      for (const hash of leaves.slice(first)) copy.append(hash);
      assert.equal(range.root(), root);
      assert.equal(range.size, first);
      assert.equal(copy.root(), merkleRoot(leaves));
      assert.equal(copy.size, first + more);
    }),
    { numRuns: 40 },
  );
});

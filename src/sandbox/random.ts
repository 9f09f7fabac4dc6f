/**
 * A small seeded random generator (sfc32) in 32-bit integers: the same seed gives the same numbers on
 * every machine, which is what lets the sandbox be run again to exactly the same account.
 */

/** Spreads the bits of an integer (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** A seeded stream of random integers. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed any integer; its 32 low bits count */
  constructor(seed: number) {
    this.#a = mix(seed + 0x9e3779b9);
    this.#b = mix(this.#a + seed);
    this.#c = mix(this.#b ^ 0x5bd1e995);
    for (let i = 0; i < 12; i += 1) this.uint32();
  }

  /** The next 32 bits. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** An integer from `low` to and with `high`; the span is at most 2^32. */
  between(low: number, high: number): number {
    return low + Math.floor((this.uint32() / 0x1_0000_0000) * (high - low + 1));
  }

  /** True `permille` times out of a thousand. */
  chance(permille: number): boolean {
    return this.between(0, 999) < permille;
  }

  /** One of the items. @throws {RangeError} where there is none */
  pick<T>(items: readonly T[]): T {
    const item = items[this.between(0, items.length - 1)];
    if (item === undefined) throw new RangeError("Cannot pick from an empty list");
    return item;
  }
}

/** A UUID that is a function of its arguments alone; `kind` keeps fills and orders apart. */
export function uuidOf(seed: number, kind: number, index: number): string {
  let hex = "";
  for (let word = 1; word <= 4; word += 1) {
    const salted = mix(seed ^ Math.imul(kind, 0x9e3779b1)) ^ Math.imul(word, 0x27d4eb2f);
    hex += mix(mix(salted) ^ mix(index + word) ^ index).toString(16).padStart(8, "0");
  }
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${
    hex.slice(17, 20)
  }-${hex.slice(20, 32)}`;
}

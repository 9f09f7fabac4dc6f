/**
 * The text of an API key, `pnl_<environment>_<id>_<secret>`: a prefix that scanners of leaked secrets
 * know it by, an id that may be shown, and a secret that ends in a checksum.
 */
import { crc32 } from "node:zlib";
import { randomBase62, toBase62 } from "./base62.ts";

/** `test`: of a sandbox. */
export type KeyEnvironment = "live" | "test";

/** A key's text, and what stands in it. */
export interface KeyText {
  readonly environment: KeyEnvironment;
  readonly id: string;
  /** All of it. It is shown once and kept nowhere. */
  readonly text: string;
}

/** 59 bits: ids do not meet. */
const ID_LENGTH = 10;
/** 142 bits. */
const RANDOM_LENGTH = 24;
/** Digits of base 62 that 32 bits need. */
const CHECK_LENGTH = 6;

const KEY = new RegExp(
  `^pnl_(live|test)_([0-9A-Za-z]{${ID_LENGTH}})_[0-9A-Za-z]{${RANDOM_LENGTH + CHECK_LENGTH}}$`,
);
const LENGTH = "pnl_live_".length + ID_LENGTH + 1 + RANDOM_LENGTH + CHECK_LENGTH;

/** CRC-32 of what stands before it: a mistyped key is told from a wrong one without a look-up. */
function checksum(text: string): string {
  return toBase62(crc32(text), CHECK_LENGTH);
}

/** Makes a new key. */
export function makeKeyText(environment: KeyEnvironment): KeyText {
  const id = randomBase62(ID_LENGTH);
  const body = `pnl_${environment}_${id}_${randomBase62(RANDOM_LENGTH)}`;
  return { environment, id, text: body + checksum(body) };
}

/** Reads a key; null for what is none, or is mistyped. Whether there is such a key it does not say. */
export function parseKeyText(text: string): KeyText | null {
  if (text.length !== LENGTH) return null;
  const [, environment, id] = KEY.exec(text) ?? [];
  if (environment === undefined || id === undefined) return null;
  const body = text.slice(0, -CHECK_LENGTH);
  if (checksum(body) !== text.slice(-CHECK_LENGTH)) return null;
  return { environment: environment === "live" ? "live" : "test", id, text };
}

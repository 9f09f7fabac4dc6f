/** What is known of API keys. */
import type { KeyEnvironment } from "./key_text.ts";
import type { Scope } from "./scope.ts";

/** A key as its owner sees it. Times are Unix milliseconds. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly environment: KeyEnvironment;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  /** Null: never. */
  readonly expiresAt: number | null;
  /** To the minute; null: never. */
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

/** What it takes to check an active key. Nobody can make the key from it, or a session. */
export interface ActiveKey extends Pick<KeyRecord, "id" | "name" | "scopes" | "expiresAt"> {
  /** Of the key's text, hex. */
  readonly hash: string;
  /** The public key of its sessions' signatures, base64url. */
  readonly sessionKey: string;
}

/** True where a key counts at a time. */
export function isActive(
  { expiresAt, revokedAt }: Pick<KeyRecord, "expiresAt" | "revokedAt">,
  now: number,
): boolean {
  return revokedAt === null && (expiresAt === null || now < expiresAt);
}

/** The keys that a node checks by. */
export interface KeyRing {
  /** False where it cannot be told which keys there are: then none counts, and none is wrong. */
  readonly isKnown: boolean;
  /** The active key of that id, or null; a change is known within seconds. */
  find(id: string, now: number): ActiveKey | null;
  /** A key was used. */
  used(id: string, now: number): void;
}

/** Keys as the table `keys` has them. */
import type { SQLOutputValue } from "node:sqlite";
import { numberOrNull } from "../sqlite/columns.ts";
import type { ActiveKey, KeyRecord } from "./key_record.ts";
import { isScope } from "./scope.ts";

/** A row by the names of its columns. */
export type KeyRow = Readonly<Record<string, SQLOutputValue>>;

function scopesOf(row: KeyRow) {
  // What a later program may know and this one does not gives no right here.
  return String(row["scopes"]).split(",").filter(isScope);
}

/** What its owner may see of a key. */
export function recordOf(row: KeyRow): KeyRecord {
  return {
    id: String(row["id"]),
    name: String(row["name"]),
    environment: row["environment"] === "live" ? "live" : "test",
    scopes: scopesOf(row),
    createdAt: Number(row["created_at"]),
    expiresAt: numberOrNull(row["expires_at"]),
    lastUsedAt: numberOrNull(row["last_used_at"]),
    revokedAt: numberOrNull(row["revoked_at"]),
  };
}

/** What it takes to check a key. */
export function activeOf(row: KeyRow): ActiveKey {
  return {
    id: String(row["id"]),
    name: String(row["name"]),
    scopes: scopesOf(row),
    expiresAt: numberOrNull(row["expires_at"]),
    hash: String(row["hash"]),
    sessionKey: String(row["session_key"]),
  };
}

/** Rows that cannot be taken: told by a stable identity, so that each is recorded once. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { firstIssue } from "./envelope.ts";
import { RowError } from "./row_error.ts";
import type { Rejection } from "./source.ts";

/**
 * Runs `read` on a row.
 *
 * @param path where the row stands, such as `fills[3]`
 * @param identity the row's own field that names it; null where none does
 * @returns what `read` returned, or the rejection of the row
 */
export function readRow<T>(
  read: () => T,
  row: { readonly path: string; readonly value: unknown },
  identity: string | null,
): { readonly value: T } | { readonly rejection: Rejection } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof z.ZodError) {
      const { path, reason } = firstIssue(error);
      return { rejection: rejected(row, identity, path, reason) };
    }
    if (error instanceof RowError) {
      return { rejection: rejected(row, identity, error.path, error.reason) };
    }
    throw error;
  }
}

function rejected(
  row: { readonly path: string; readonly value: unknown },
  identity: string | null,
  path: string,
  reason: string,
): Rejection {
  return {
    identity: rowIdentity(row.value, identity),
    path: path === "$" ? row.path : `${row.path}.${path}`,
    reason,
  };
}

/** The row's own name, or the hash of the row where nothing names it. */
function rowIdentity(value: unknown, field: string | null): string {
  const name = field !== null && typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[field]
    : undefined;
  if (typeof name === "string" && /^[\x21-\x7e]{1,200}$/.test(name)) return name;
  const digest = createHash("sha256").update(JSON.stringify(value) ?? "").digest("hex");
  return `row/${digest.slice(0, 16)}`;
}

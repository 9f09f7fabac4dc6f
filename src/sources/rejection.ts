/** Rows that cannot be taken: told by a stable identity, so that each is recorded once. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { firstIssue } from "./envelope.ts";
import { RowError } from "./row_error.ts";
import type { Rejection } from "./source.ts";

/** How a row is named. */
export interface RowNaming {
  /** The row's own field that tells it apart. */
  readonly field: string;
  /** The name, from that field's value; default the value itself. */
  readonly named?: (value: string) => string;
}

/**
 * Runs `read` on a row.
 *
 * @param path where the row stands, such as `fills[3]`
 * @param naming how the row is named; null where nothing names it
 * @returns what `read` returned, or the rejection of the row
 */
export function readRow<T>(
  read: () => T,
  row: { readonly path: string; readonly value: unknown },
  naming: RowNaming | null,
): { readonly value: T } | { readonly rejection: Rejection } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof z.ZodError) {
      const { path, reason } = firstIssue(error);
      return { rejection: rejected(row, rowIdentity(row.value, naming), path, reason) };
    }
    if (error instanceof RowError) {
      return { rejection: rejected(row, rowIdentity(row.value, naming), error.path, error.reason) };
    }
    throw error;
  }
}

function rejected(
  row: { readonly path: string; readonly value: unknown },
  identity: string,
  path: string,
  reason: string,
): Rejection {
  return {
    identity,
    path: path === "$" ? row.path : `${row.path}.${path}`,
    reason,
  };
}

/** The row's own name, or the hash of the row where nothing names it. */
function rowIdentity(value: unknown, naming: RowNaming | null): string {
  const name = naming !== null && typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[naming.field]
    : undefined;
  if (typeof name === "string" && /^[\x21-\x7e]{1,200}$/.test(name)) {
    return naming?.named?.(name) ?? name;
  }
  const digest = createHash("sha256").update(JSON.stringify(value) ?? "").digest("hex");
  return `row/${digest.slice(0, 16)}`;
}

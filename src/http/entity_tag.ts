/** Weak entity tags (RFC 9110 §8.8.3): equal where the data is, whatever `served` says beside it. */
import type { Context } from "hono";

/** The weak tag of an opaque value without quotes. */
export function entityTag(value: string): string {
  return `W/"${value}"`;
}

/** True where the client has the data already: its `If-None-Match` names the tag, or is `*`. */
export function matches(c: Context, tag: string): boolean {
  const given = c.req.raw.headers.get("if-none-match");
  if (given === null) return false;
  if (given.trim() === "*") return true;
  const opaque = tag.replace(/^W\//, "");
  return given.split(",").some((each) => each.trim().replace(/^W\//, "") === opaque);
}

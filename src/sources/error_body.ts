/** What upstreams say in the body of an error: several shapes, none of them certain. */
import { z } from "zod";

const text = z.string().min(1);
const inner = z.looseObject({
  code: text.optional(),
  type: text.optional(),
  details: text.optional(),
});
const SHAPES = z.union([
  // Kalshi, most errors; Anthropic has `type` in the place of `code`.
  z.looseObject({ error: inner }).transform(({ error }) => ({
    code: error.code ?? error.type,
    details: error.details,
  })),
  // Kalshi, validation.
  z.looseObject({ msg: text }).transform(() => ({
    code: "validation_failed",
    details: undefined,
  })),
  // Kalshi, too many requests.
  z.looseObject({ error: text }).transform(({ error }) => ({ code: error, details: undefined })),
  // Kalshi, the documented one.
  z.looseObject({ code: text, details: text.optional() }),
]);

/** The codes in an error's body, for a message and for telling errors apart. Never the body itself. */
export interface ErrorCodes {
  readonly code: string | null;
  readonly details: string | null;
}

/** Reads the codes of an error body of any content type; nulls where there are none. */
export function errorCodes(body: string): ErrorCodes {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { code: null, details: null };
  }
  const parsed = SHAPES.safeParse(value);
  if (!parsed.success) return { code: null, details: null };
  return { code: word(parsed.data.code), details: word(parsed.data.details) };
}

/** A code's shape only: an upstream that echoes what it was sent gets nothing through. */
function word(value: string | undefined): string | null {
  // Some codes end in an account's id after a colon.
  const head = value?.split(":")[0]?.trim().replaceAll(" ", "_") ?? "";
  return /^[A-Za-z][A-Za-z_]{1,62}$/.test(head) ? head : null;
}

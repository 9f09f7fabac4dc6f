/** Reading the shape of an answer, and of its rows. */
import { z } from "zod";
import { plainDecimal } from "./decimal_text.ts";
import { UpstreamError } from "./source.ts";

/** A number or decimal string, as a plain decimal. */
export const decimalText = z.string().transform((value, context) => {
  try {
    return plainDecimal(value);
  } catch {
    context.addIssue({ code: "custom", message: "is not a decimal number" });
    return z.NEVER;
  }
});

/** A whole number of cents, or of anything; as text. */
export const integerText = z.string().regex(/^-?\d{1,18}$/, "is not a whole number");

/** A small index such as a subaccount. */
export const indexText = z.string().regex(/^\d{1,9}$/, "is not an index").transform(Number);

/** Text that an event may hold. */
export const shortText = z.string().min(1).max(500);

/**
 * Reads an answer's envelope.
 *
 * @param what names the answer in the error, such as `/portfolio/fills`
 * @throws {UpstreamError} malformed, with the path of the first wrong field
 */
export function readEnvelope<T extends z.ZodType>(
  schema: T,
  value: unknown,
  what: string,
): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, reason } = firstIssue(parsed.error);
  throw new UpstreamError("malformed", `${what} answered ${path}: ${reason}`, { path });
}

/** Path and reason of the first thing wrong. */
export function firstIssue(error: z.ZodError): { readonly path: string; readonly reason: string } {
  const issue = error.issues[0];
  const path = (issue?.path ?? []).reduce<string>(
    (text, key) => typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`,
    "$",
  );
  return {
    path: path.replace(/^\$\./, ""),
    reason: (issue?.message ?? "is malformed").slice(0, 300),
  };
}

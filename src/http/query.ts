/** Query parameters: validated by a schema, refused where unknown or given twice. */
import type { Context } from "hono";
import { z } from "zod";
import { HttpProblem } from "./problem.ts";

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z)?$/;

/** A UTC time as ISO 8601 to the millisecond, or a UTC day, which is its first instant. */
export const timeParameter = z.string().transform((text, context) => {
  const ms = TIME.test(text) ? Date.parse(text) : NaN;
  // A day that the calendar lacks parses to another one.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text.slice(0, 10)) {
    context.addIssue("is not a UTC time such as 2026-11-22T10:00:00.000Z or 2026-11-22");
    return z.NEVER;
  }
  return new Date(ms).toISOString();
}).meta({ pattern: TIME.source });

/** A whole number from `min` to `max`. Its text is checked by no pattern: the document tells a number. */
export function wholeParameter(min: number, max: number) {
  return z.string()
    .refine((text) => /^\d{1,16}$/.test(text), "is not a whole number")
    .transform(Number)
    .refine((value) => value >= min && value <= max, `is not between ${min} and ${max}`)
    .meta({ type: "integer", minimum: min, maximum: max });
}

/** A schema without parameters. */
export const NO_PARAMETERS = z.object({});

function refuse(parameter: string, reason: string): never {
  const name = parameter.slice(0, 60);
  throw new HttpProblem("bad_parameter", `Parameter ${JSON.stringify(name)} ${reason}.`, {
    parameter: name,
  });
}

/**
 * Reads the query of a request.
 *
 * @throws {HttpProblem} `bad_parameter`, which names the first that is unknown, given twice or wrong
 */
export function readQuery<S extends z.ZodObject>(c: Context, schema: S): z.output<S> {
  const raw = c.req.url;
  const start = raw.indexOf("?");
  const given: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(start < 0 ? "" : raw.slice(start))) {
    if (!Object.hasOwn(schema.shape, name)) refuse(name, "is not known here");
    if (Object.hasOwn(given, name)) refuse(name, "is given more than once");
    given[name] = value;
  }
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return refuse(String(issue?.path[0] ?? "query"), issue?.message ?? "is not valid");
}

/** Leaves out what was not given. */
export function given<T extends object>(parameters: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

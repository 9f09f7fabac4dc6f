/** The shapes that the documents name, and refer to by their names. */
import { z } from "zod";

/** By name, as they stand under `components/schemas` of the document. */
export const SHAPES = z.registry<{ readonly id: string }>();

/**
 * Gives a shape its name in the documents.
 *
 * @param id one word in PascalCase, of this shape alone
 * @returns the same shape
 * @throws {Error} where another shape has this name
 */
export function named<S extends z.ZodType>(id: string, schema: S): S {
  SHAPES.add(schema, { id });
  return schema;
}

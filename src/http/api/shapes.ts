/** The named shapes as JSON Schema (2020-12), and others that refer to them. */
import { z } from "zod";
import { SHAPES } from "./names.ts";

/** JSON Schema. */
export type Shape = z.core.JSONSchema.BaseSchema;

/** Any other part of a document. */
export type Json = { readonly [member: string]: unknown };

const REFERENCE = "#/components/schemas/";

/** The name of the shape that a reference leads to. */
export function nameIn(reference: string): string {
  return reference.slice(REFERENCE.length);
}

function uri(id: string): string {
  return `${REFERENCE}${id}`;
}

/** Without what says of each shape by itself where it is and which dialect it is of. */
function bare({ $schema: _, $id: __, ...schema }: Shape): Shape {
  return schema;
}

/** All shapes that have a name, by it. */
export function namedShapes(): Readonly<Record<string, Shape>> {
  const { schemas } = z.toJSONSchema(SHAPES, { uri, io: "output" });
  return Object.fromEntries(
    Object.entries(schemas).sort(([a], [b]) => a < b ? -1 : 1)
      .map(([id, schema]) => [id, bare(schema)]),
  );
}

/** A shape as it stands in a document: a reference where it has a name. */
export function shapeOf(schema: z.ZodType, io: "input" | "output" = "output"): Shape {
  const id = SHAPES.get(schema)?.id;
  if (id !== undefined) return { $ref: uri(id) };
  if (schema instanceof z.ZodArray && schema.element instanceof z.ZodType) {
    return { type: "array", items: shapeOf(schema.element, io) };
  }
  if (schema instanceof z.ZodUnion) {
    const options = schema.options.filter((option) => option instanceof z.ZodType);
    return { anyOf: options.map((option) => shapeOf(option, io)) };
  }
  return bare(z.toJSONSchema(schema, { io }));
}

/** Every name of a shape that a part of a document refers to, itself or through other shapes. */
export function namesIn(part: unknown, shapes: Readonly<Record<string, Shape>>): Set<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const reference: unknown = Reflect.get(value, "$ref");
    const id = typeof reference === "string" ? nameIn(reference) : null;
    if (id !== null && !found.has(id)) {
      found.add(id);
      visit(shapes[id]);
    }
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(part);
  return found;
}

/** Shapes as HTML: what a member is called, what it may be, what it means. */
import { blocks, escape, heading, prose } from "./html.ts";
import { nameIn, type Shape } from "./shapes.ts";

/** A member of a shape, as a row. */
interface Row {
  readonly name: string;
  readonly kind: string;
  readonly text: string;
}

/** The place of a named shape on the page. */
export function shapeId(name: string): string {
  return `shape-${name}`;
}

function isShape(value: unknown): value is Shape {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The shapes in a list of them. */
function shapesIn(list: unknown): Shape[] {
  return Array.isArray(list) ? list.filter(isShape) : [];
}

/** The alternatives of a shape; empty where it has none. */
function alternatives(shape: Shape): Shape[] {
  return [...shapesIn(shape.anyOf), ...shapesIn(shape.oneOf)];
}

function value(of: unknown): string {
  return `<code>${escape(JSON.stringify(of) ?? "")}</code>`;
}

function numberKind({ type, minimum, maximum }: Shape): string {
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const bounds = least === undefined
    ? most === undefined ? "" : `, at most ${most}`
    : most === undefined
    ? `, ${least} or more`
    : `, ${least} to ${most}`;
  return `${type}${bounds}`;
}

/** What a value of this shape is, in a few words. */
export function kindOf(shape: Shape): string {
  if (shape.$ref !== undefined) {
    const name = escape(nameIn(shape.$ref));
    return `<a href="#${shapeId(name)}">${name}</a>`;
  }
  if (shape.const !== undefined) return value(shape.const);
  if (shape.enum !== undefined) return shape.enum.map(value).join(" or ");
  const all = alternatives(shape);
  if (all.length > 0) return [...new Set(all.map(kindOf))].join(" or ");
  if (Array.isArray(shape.type)) return shape.type.join(" or ");
  if (shape.type === "array") {
    return isShape(shape.items) ? `list of ${kindOf(shape.items)}` : "list";
  }
  if (shape.type === "object" && isShape(shape.additionalProperties)) {
    const keys = isShape(shape.propertyNames) ? shape.propertyNames.enum : undefined;
    const by = keys === undefined ? "name" : keys.map(value).join(", ");
    return `by ${by}: ${kindOf(shape.additionalProperties)}`;
  }
  if (shape.type === "integer" || shape.type === "number") return numberKind(shape);
  return escape(shape.type ?? "anything");
}

/** What is said of a shape, itself or of the one alternative that is not null. */
function textOf(shape: Shape): string {
  const inner = alternatives(shape).find(({ description }) => description !== undefined);
  return shape.description ?? inner?.description ?? "";
}

/** The shape whose members are worth rows of their own beneath this one; null where it is a leaf. */
function inside(shape: Shape): readonly [Shape, string] | null {
  if (shape.properties !== undefined) return [shape, "."];
  const deeper = isShape(shape.items)
    ? shape.items
    : isShape(shape.additionalProperties)
    ? shape.additionalProperties
    : alternatives(shape).find(({ properties }) => properties !== undefined);
  if (deeper?.properties === undefined) return null;
  return [deeper, isShape(shape.items) ? "[]." : shape.additionalProperties ? ".*." : "."];
}

function rows(shape: Shape, before = ""): Row[] {
  const required = new Set(shape.required);
  return Object.entries(shape.properties ?? {}).flatMap(([name, member]) => {
    if (!isShape(member)) return [];
    const deeper = inside(member);
    const optional = required.has(name) ? "" : ", may be absent";
    const row = { name: before + name, kind: kindOf(member) + optional, text: textOf(member) };
    return deeper === null ? [row] : [row, ...rows(deeper[0], `${before}${name}${deeper[1]}`)];
  });
}

/** Members with what they are; the empty text where there are none. */
export function list(found: readonly Row[]): string {
  const items = found.map(({ name, kind, text }) => {
    const meaning = text === "" ? "" : `<dd>${prose(text)}</dd>`;
    return `<div><dt><code>${escape(name)}</code> <span>${kind}</span></dt>${meaning}</div>`;
  });
  return items.length === 0 ? "" : `<dl>${items.join("\n")}</dl>`;
}

/** The members of a shape, with theirs; what it is where it has none. */
export function members(shape: Shape): string {
  const found = rows(shape);
  return found.length > 0 ? list(found) : `<p>${kindOf(shape)}</p>`;
}

function variant(shape: Shape, index: number): string {
  const type = isShape(shape.properties?.type) ? shape.properties.type.const : undefined;
  const name = typeof type === "string" ? `<code>${escape(type)}</code>` : `Form ${index + 1}`;
  return `<details><summary>${name}</summary>${list(rows(shape))}</details>`;
}

/** A named shape, with all its members. */
export function namedShape(name: string, shape: Shape): string {
  const variants = alternatives(shape).filter(({ properties }) => properties !== undefined);
  const told = shape.description === undefined ? "" : blocks(shape.description);
  const body = variants.length > 0
    ? `<p>One of:</p>${variants.map(variant).join("\n")}`
    : members(shape);
  return `<section>${heading(3, shapeId(name), escape(name))}${told}${body}</section>`;
}

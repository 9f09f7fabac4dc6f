/** Reads what the rules need out of a file's syntax tree, through the parser of `deno lint`. */
import type { SourceFile } from "./source_files.ts";

/** An import or a re-export. */
export interface ImportFound {
  readonly specifier: string;
  /** What is imported by name; null where it may be anything. */
  readonly names: readonly string[] | null;
  readonly reExport: boolean;
  readonly line: number;
}

/** What was found at a line. */
export interface Found {
  readonly what: string;
  readonly line: number;
}

/** A function, with how many lines it takes. */
export interface FunctionFound {
  readonly line: number;
  readonly lines: number;
  /** Without the lines of the functions inside it. */
  readonly ownLines: number;
}

/** What the rules need to know of a file. */
export interface Syntax {
  readonly imports: readonly ImportFound[];
  /** Uses of the clock, of chance and of the world outside, and waiting. */
  readonly impure: readonly Found[];
  readonly functions: readonly FunctionFound[];
  /** Exported functions and constants. */
  readonly exportedValues: readonly Found[];
  /** Exported declarations without a docstring. */
  readonly undocumented: readonly Found[];
}

const OUTSIDE = new Set([
  ...["console", "Deno", "process", "globalThis", "fetch", "performance", "crypto", "WebSocket"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "localStorage", "Worker"],
]);

type Node = Deno.lint.Node;

/** True where the identifier is a use of a global, not a property's or a parameter's name. */
function isUse(node: Deno.lint.Identifier): boolean {
  const parent = node.parent;
  if (parent.type === "MemberExpression") return parent.object === node;
  if (parent.type === "Property") return parent.value === node;
  return !/^TS|^ImportSpecifier$|Method|PropertyDefinition/.test(parent.type);
}

function declaredNames(node: Deno.lint.ExportNamedDeclaration): string[] {
  const declaration = node.declaration;
  if (declaration === null) return [];
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.map(({ id }) => id.type === "Identifier" ? id.name : "pattern");
  }
  return "id" in declaration && declaration.id?.type === "Identifier"
    ? [declaration.id.name]
    : [declaration.type];
}

/** True where a function or constants are exported. */
function isValue({ declaration }: Deno.lint.ExportNamedDeclaration): boolean {
  return declaration?.type === "FunctionDeclaration" || declaration?.type === "VariableDeclaration";
}

/** True where the text before a declaration ends with a docstring. */
function hasDocstring(before: string): boolean {
  const text = before.trimEnd();
  return text.endsWith("*/") && text.slice(text.lastIndexOf("/*")).startsWith("/**");
}

/** The lines that a function stands on. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/** A function's own lines: one line of each function directly inside it counts, the rest do not. */
function measureFunctions(spans: readonly Span[]): FunctionFound[] {
  const outerFirst = [...spans].sort((a, b) => a.first - b.first || b.last - a.last);
  const open: { readonly span: Span; nested: number }[] = [];
  const found: FunctionFound[] = [];
  const close = () => {
    const { span, nested } = open.pop()!;
    const lines = span.last - span.first + 1;
    const outer = open.at(-1);
    if (outer !== undefined) outer.nested += lines - 1;
    found.push({ line: span.first, lines, ownLines: lines - nested });
  };
  for (const span of outerFirst) {
    while (open.length > 0 && open.at(-1)!.span.last < span.last) close();
    open.push({ span, nested: 0 });
  }
  while (open.length > 0) close();
  return found;
}

/** The names that an import takes from the other file; null where it takes all. */
function importedNames({ specifiers }: Deno.lint.ImportDeclaration): string[] | null {
  const names: string[] = [];
  for (const each of specifiers) {
    if (each.type !== "ImportSpecifier") return null;
    names.push(each.imported.type === "Identifier" ? each.imported.name : each.imported.value);
  }
  return names;
}

/** The visitors that collect imports and re-exports. */
function importVisitors(
  imports: ImportFound[],
  line: (node: Node) => number,
): Deno.lint.LintVisitor {
  const add = (node: Node, specifier: string, names: string[] | null, reExport = false) =>
    imports.push({ specifier, names, reExport, line: line(node) });
  return {
    ImportDeclaration: (node) => add(node, node.source.value, importedNames(node)),
    ImportExpression: (node) =>
      add(node, node.source.type === "Literal" ? String(node.source.value) : "(computed)", null),
    ExportAllDeclaration: (node) => add(node, node.source.value, null, true),
  };
}

/** The visitors that collect what a pure module may not do. */
function impureVisitors(impure: Found[], line: (node: Node) => number): Deno.lint.LintVisitor {
  const add = (node: Node, what: string) => impure.push({ what, line: line(node) });
  return {
    "MemberExpression[object.name='Date'][property.name='now']": (node: Node) =>
      add(node, "Date.now"),
    "MemberExpression[object.name='Math'][property.name='random']": (node: Node) =>
      add(node, "Math.random"),
    "NewExpression[callee.name='Date']": (node: Deno.lint.NewExpression) => {
      if (node.arguments.length === 0) add(node, "new Date()");
    },
    "CallExpression[callee.name='Date']": (node: Node) => add(node, "Date()"),
    Identifier: (node) => {
      if (OUTSIDE.has(node.name) && isUse(node)) add(node, node.name);
    },
    AwaitExpression: (node) => add(node, "await"),
  };
}

/** Answers the line of an offset. */
function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    for (let high = starts.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

/**
 * Parses a file.
 *
 * @throws {SyntaxError} where it cannot be parsed
 */
export function readSyntax(file: SourceFile): Syntax {
  const imports: ImportFound[] = [];
  const impure: Found[] = [];
  const spans: Span[] = [];
  const exportedValues: Found[] = [];
  const undocumented: Found[] = [];
  const documented = new Set<string>();
  const text = file.text;
  const lineAt = lineFinder(text);
  const line = (node: Node) => lineAt(node.range[0]);
  const measure = (node: Node) => spans.push({ first: line(node), last: lineAt(node.range[1]) });
  const exported = (
    node: Deno.lint.ExportNamedDeclaration | Deno.lint.ExportDefaultDeclaration,
  ) => {
    const names = node.type === "ExportDefaultDeclaration" ? ["default"] : declaredNames(node);
    const has = hasDocstring(text.slice(0, node.range[0]));
    for (const name of names) {
      if (has) documented.add(name);
      else if (!documented.has(name)) undocumented.push({ what: name, line: line(node) });
    }
  };
  const rule: Deno.lint.Rule = {
    create: () => ({
      ...importVisitors(imports, line),
      ...impureVisitors(impure, line),
      FunctionDeclaration: measure,
      FunctionExpression: measure,
      ArrowFunctionExpression: measure,
      ExportNamedDeclaration: (node) => {
        if (node.source !== null) {
          const specifier = node.source.value;
          imports.push({ specifier, names: null, reExport: true, line: line(node) });
        }
        if (isValue(node)) {
          exportedValues.push(...declaredNames(node).map((what) => ({ what, line: line(node) })));
        }
        exported(node);
      },
      ExportDefaultDeclaration: exported,
    }),
  };
  Deno.lint.runPlugin({ name: "project", rules: { read: rule } }, file.path, text);
  return { imports, impure, functions: measureFunctions(spans), exportedValues, undocumented };
}

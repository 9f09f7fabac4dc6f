/** The rules of the house: which module may import which, and what the pure domain may not touch. */
import { isTest, type SourceFile } from "./source_files.ts";
import { readSyntax, type Syntax } from "./syntax.ts";

/** What each module may import besides itself. Arrows point down only. docs/ARCHITECTURE.md shows it. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  main: ["cli"],
  cli: [
    "http",
    "alerts",
    "access",
    "projection",
    "stream",
    "sources",
    "redis",
    "log",
    "sqlite",
    "pnl",
    "sandbox",
    "metrics",
  ],
  http: [
    "alerts",
    "access",
    "projection",
    "stream",
    "sources",
    "redis",
    "log",
    "sqlite",
    "pnl",
    "metrics",
  ],
  alerts: ["projection", "sources", "log", "sqlite", "pnl"],
  stream: ["projection", "sources", "redis", "log", "sqlite", "pnl", "metrics"],
  projection: ["sources", "redis", "log", "sqlite", "pnl", "migrations"],
  sources: ["log", "sqlite", "pnl", "migrations", "metrics"],
  access: ["redis", "log", "sqlite", "pnl"],
  redis: ["log", "sqlite", "pnl"],
  log: ["sqlite", "pnl", "migrations"],
  sandbox: ["sqlite", "pnl"],
  migrations: ["sqlite"],
  sqlite: [],
  metrics: [],
  pnl: [],
  client: ["pnl"],
  dashboard: ["client", "pnl"],
};

/** What `stream` may know of the projection: shapes, not the projector. */
const STREAM_MAY_KNOW = /^src\/projection\/(frame|projection|tier|served)\.ts$/;

/** The packages that are pure and so may be used in the domain. */
const PURE_PACKAGES = new Set(["zod", "canonicalize"]);

/** The module that a path belongs to; null for tests and benchmarks, which may import anything. */
export function moduleOf(path: string): string | null {
  if (path === "main.ts") return "main";
  const [first, second] = path.split("/");
  if (first === "migrations") return "migrations";
  return first === "src" && second !== undefined ? second : null;
}

/** The path that a relative specifier names, from the project's root; null where it leaves it. */
export function resolvePath(from: string, specifier: string): string | null {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return null;
    } else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** The faults of one import of a file. */
function importFaults(
  path: string,
  specifier: string,
  packages: ReadonlySet<string>,
  paths: ReadonlySet<string>,
): string[] {
  const home = moduleOf(path);
  const relaxed = isTest(path) || home === null;
  if (!specifier.startsWith(".")) {
    const known = specifier.startsWith("node:") || packages.has(specifier) ||
      [...packages].some((name) => specifier.startsWith(`${name}/`));
    if (!known) return [`imports ${specifier}, which deno.json does not name`];
    const impure = home === "pnl" && !relaxed && !PURE_PACKAGES.has(specifier);
    return impure ? [`imports ${specifier}, which is not pure`] : [];
  }
  const target = resolvePath(path, specifier);
  if (target === null || !paths.has(target)) return [`imports ${specifier}, which is no file here`];
  if (isTest(target)) return [`imports the test ${target}`];
  if (relaxed) return [];
  if (target === "deno.json") return [];
  const there = moduleOf(target);
  if (there === null) return [`imports ${target}, which is not part of the program`];
  if (there === home) return [];
  if (MAY_IMPORT[home]?.includes(there) !== true) return [`imports ${target}: ${home} may not`];
  const tooMuch = home === "stream" && there === "projection" && !STREAM_MAY_KNOW.test(target);
  return tooMuch ? [`imports ${target}: stream knows only the shapes of the projection`] : [];
}

/** Circles of imports among the files, each named once. */
function circles(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const faults: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) faults.push(`${path}: circle ${[...trail.slice(start), path].join(" > ")}`);
    if (start >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return faults;
}

/** Functions and constants of the program that no file imports; the client's are for others, too. */
function unusedExports(syntaxes: ReadonlyMap<string, Syntax>): string[] {
  const used = new Set<string>();
  for (const [path, { imports }] of syntaxes) {
    for (const { specifier, names } of imports) {
      const target = specifier.startsWith(".") ? resolvePath(path, specifier) : null;
      for (const name of names ?? ["*"]) used.add(`${target} ${name}`);
    }
  }
  const faults: string[] = [];
  for (const [path, { exportedValues }] of syntaxes) {
    if (!path.startsWith("src/") || moduleOf(path) === "client") continue;
    for (const { what, line } of exportedValues) {
      if (used.has(`${path} ${what}`) || used.has(`${path} *`)) continue;
      faults.push(`${path}:${line} exports ${what}, which nobody imports`);
    }
  }
  return faults;
}

/** The faults of one file by itself. */
function fileFaults(
  file: SourceFile,
  syntax: Syntax,
  packages: ReadonlySet<string>,
  paths: ReadonlySet<string>,
): string[] {
  const faults: string[] = [];
  for (const { specifier, reExport, line } of syntax.imports) {
    const where = `${file.path}:${line}`;
    if (reExport) faults.push(`${where} passes on ${specifier}: no barrels`);
    for (const fault of importFaults(file.path, specifier, packages, paths)) {
      faults.push(`${where} ${fault}`);
    }
  }
  if (moduleOf(file.path) === "pnl" && !isTest(file.path)) {
    for (const { what, line } of syntax.impure) {
      faults.push(`${file.path}:${line} uses ${what}: the domain is pure`);
    }
  }
  return faults;
}

/**
 * Every breach of the architecture, one line each; empty where there is none.
 *
 * @param files all code of the project
 * @param packages the names in deno.json's `imports`
 * @param paths every file of the project
 */
export function architectureFaults(
  files: readonly SourceFile[],
  packages: ReadonlySet<string>,
  paths: ReadonlySet<string>,
): string[] {
  const faults: string[] = [];
  const edges = new Map<string, string[]>();
  const syntaxes = new Map(files.map((file) => [file.path, readSyntax(file)]));
  for (const file of files) {
    const syntax = syntaxes.get(file.path)!;
    faults.push(...fileFaults(file, syntax, packages, paths));
    if (isTest(file.path)) continue;
    const targets = syntax.imports.filter(({ specifier }) => specifier.startsWith("."))
      .map(({ specifier }) => resolvePath(file.path, specifier));
    edges.set(file.path, targets.filter((target) => target !== null));
  }
  return [...faults, ...circles(edges), ...unusedExports(syntaxes)];
}

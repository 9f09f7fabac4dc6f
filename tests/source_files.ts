/** The project's own files, as the tests that read code see them. */
import { ignoredBy } from "./git_ignore.ts";

/** A file: its path from the project's root, with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const ROOT = new URL("..", import.meta.url);
const CODE = /\.tsx?$/;
const TEXT = /\.(tsx?|js|json|md|css|html|sql|yaml|yml|sh)$|^\.env\.example$|(^|\/)\.ci\/run$/;
const SKIPPED = new Set([".git", "deno.lock"]);

const ignored = ignoredBy(Deno.readTextFileSync(new URL(".gitignore", ROOT)));

function* walk(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(new URL(folder === "" ? "." : `${folder}/`, ROOT))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.has(entry.name) || ignored(path)) continue;
    if (entry.isDirectory) yield* walk(path);
    else if (entry.isFile) yield path;
  }
}

function read(paths: Iterable<string>): SourceFile[] {
  return [...paths].sort().map((path) => ({
    path,
    text: Deno.readTextFileSync(new URL(path, ROOT)),
  }));
}

/** Every TypeScript file of the project. */
export function codeFiles(): SourceFile[] {
  return read(walk("").filter((path) => CODE.test(path)));
}

/** Every text file that people read or that runs. */
export function textFiles(): SourceFile[] {
  return read(walk("").filter((path) => TEXT.test(path)));
}

/** Every path of the project, files only. */
export function allPaths(): string[] {
  return [...walk("")].sort();
}

/** True for a test file: `x_test.ts`. */
export function isTest(path: string): boolean {
  return /_test\.tsx?$/.test(path);
}

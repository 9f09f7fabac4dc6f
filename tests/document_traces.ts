/** What somebody who followed the documents leaves in the project's folder. */
import { ignoredBy } from "./git_ignore.ts";

/** The files of a folder that git would not ignore, and when each was written last, milliseconds. */
export function filesOf(folder: string): ReadonlyMap<string, number> {
  const ignored = ignoredBy(Deno.readTextFileSync(`${folder}/.gitignore`));
  const files = new Map<string, number>();
  const walk = (inside: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(`${folder}/${inside}`)) {
      const path = `${inside}${name}`;
      if (ignored(path)) continue;
      if (isDirectory) walk(`${path}/`);
      else files.set(path, Deno.statSync(`${folder}/${path}`).mtime?.getTime() ?? 0);
    }
  };
  walk("");
  return files;
}

/** The files that were made, written or removed between two looks. */
export function tracesOf(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

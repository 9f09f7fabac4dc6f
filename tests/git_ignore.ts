/** What `.gitignore` says: such files are the reader's own, and no part of the project. */

/** True for a path that git ignores. */
type Ignored = (path: string) => boolean;

/**
 * Reads a `.gitignore` as this project writes it: a name or `*.ending`, a `/` before it where it is of the
 * root alone, a `/` behind it where it is a folder's.
 */
export function ignoredBy(text: string): Ignored {
  const patterns = text.split("\n").filter((line) => line !== "").map((line) => {
    const [, root, name] = /^(\/?)(.*?)\/?$/.exec(line)!;
    const source = name!.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*");
    return new RegExp(root === "/" ? `^${source}(/|$)` : `(^|/)${source}(/|$)`);
  });
  return (path) => patterns.some((pattern) => pattern.test(path));
}

/** The links of documents: files that exist, headings that are there. */
import { resolvePath } from "./architecture.ts";
import { proseOf } from "./documents.ts";
import type { SourceFile } from "./source_files.ts";

/** The anchor that a heading gets: lower case, no punctuation, blanks as hyphens; as GitHub makes them. */
export function anchorOf(heading: string): string {
  return heading.replace(/`/g, "").toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim()
    .replace(/\s/g, "-");
}

/** The anchors of a document; the second of one name gets `-1`. */
export function anchorsOf(document: SourceFile): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading] of proseOf(document).matchAll(/^#+ (.+)$/gm)) {
    const name = anchorOf(heading!);
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    anchors.add(before === 0 ? name : `${name}-${before}`);
  }
  return anchors;
}

/** Targets of links and pictures; what leads to another host is none of ours. */
function targetsOf(document: SourceFile): string[] {
  return [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
    .filter((target) => !/^https?:/.test(target));
}

/**
 * The links that lead nowhere.
 *
 * @param paths every file of the project; a folder is there where a file is in it
 * @returns one line for each
 */
export function linkFaults(
  documents: readonly SourceFile[],
  paths: ReadonlySet<string>,
): string[] {
  const anchors = new Map(documents.map((each) => [each.path, anchorsOf(each)]));
  const isFolder = (path: string) => [...paths].some((each) => each.startsWith(`${path}/`));
  return documents.flatMap((document) =>
    targetsOf(document).flatMap((target) => {
      const [file = "", anchor] = target.split("#");
      const path = file === "" ? document.path : resolvePath(document.path, file) ?? "";
      const fault = `${document.path}: ${target} leads nowhere`;
      if (!paths.has(path) && !isFolder(path)) return [fault];
      return anchor === undefined || anchors.get(path)?.has(anchor) === true ? [] : [fault];
    })
  );
}

/** README.md and the pages under docs, as the tests that hold them to the code read them. */
import { type SourceFile, textFiles } from "./source_files.ts";

/** A fenced block of a document. */
export interface Block {
  /** Path of its document. */
  readonly path: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** The heading that it stands under, without `#` and backticks; empty before the first. */
  readonly heading: string;
  /** The word behind the opening fence; empty where there is none. */
  readonly language: string;
  readonly text: string;
}

/** Every document, README.md and decisions too. */
export function documents(): SourceFile[] {
  return textFiles().filter(({ path }) => path === "README.md" || /^docs\/.*\.md$/.test(path));
}

/** The fenced blocks of a document, from top to bottom. */
export function blocksOf({ path, text }: SourceFile): Block[] {
  const blocks: Block[] = [];
  let heading = "";
  let open: { line: number; language: string; lines: string[] } | null = null;
  text.split("\n").forEach((line, index) => {
    const fence = /^```(\S*)$/.exec(line);
    if (fence === null) {
      if (open !== null) open.lines.push(line);
      else if (line.startsWith("#")) heading = line.replace(/^#+ |`/g, "");
    } else if (open === null) {
      open = { line: index + 1, language: fence[1]!, lines: [] };
    } else {
      const { lines, ...rest } = open;
      blocks.push({ path, heading, ...rest, text: lines.join("\n") + "\n" });
      open = null;
    }
  });
  return blocks;
}

/** A document without its fenced blocks; lines stay where they are. */
export function proseOf({ text }: SourceFile): string {
  let inside = false;
  return text.split("\n").map((line) => {
    if (/^```/.test(line)) inside = !inside;
    return inside || /^```/.test(line) ? "" : line;
  }).join("\n");
}

/** True where a quote of the shell is open at the end of the text. */
function quoteIsOpen(text: string): boolean {
  return (text.replace(/\s#.*$/gm, "").replace(/"[^"]*"/g, "").match(/'/g)?.length ?? 0) % 2 === 1;
}

/** The commands of a block of shell, each with the lines that continue it; comments alone are none. */
export function commandsOf(text: string): string[] {
  const commands: string[] = [];
  let begun = "";
  for (const line of text.split("\n")) {
    if (begun === "" && /^\s*(#|$)/.test(line)) continue;
    begun += (begun === "" ? "" : "\n") + line;
    if (line.endsWith("\\") || quoteIsOpen(begun)) continue;
    commands.push(begun);
    begun = "";
  }
  if (begun !== "") throw new Error(`A command has no end: ${begun}`);
  return commands;
}

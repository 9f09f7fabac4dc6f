/** The rules of style that a linter has no words for. */
import { isTest, type SourceFile } from "./source_files.ts";
import { readSyntax } from "./syntax.ts";

const MOST_LINES = 400;
const MOST_FUNCTION_LINES = 60;
const MEDIAN_LINES = 100;

/** Texts that no file may hold, and why. Written in pieces, so that this file does not hold them. */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [
    new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].join("|")})\\b`),
    "a note to self",
  ],
  [new RegExp("\\bas unk" + "nown as\\b"), "a cast that says nothing"],
  [new RegExp("@ts-" + "(ignore|nocheck)"), "a switched-off type check"],
  [/(^|[\s"'`(=:])\/(work|root|home)\//, "a path of one machine"],
];

/** Ways to leave a test out, or all others. A reason given as an expression is no such way. */
const LEFT_OUT = /\bDeno\.test\.(only|ignore|skip)\b|\b(only|ignore)\s*:\s*true\b/;

/** Where a function may register many tests: there the functions inside it count by themselves. */
const TEST_SUPPORT = /(_test|_conformance|\/conformance_\w+|\/testing|\/test_\w+)\.ts$/;

const NAME = /^[a-z0-9]+([._-]?[a-z0-9]+)*$/;
const CODE_NAME = /^[a-z0-9_]+\.tsx?$/;
const SHOUTED =
  /^(README|LICENSE|CHANGELOG|CONTRIBUTING|SECURITY|QUICKSTART|API|DEPLOYMENT|INTEGRATION|OPERATIONS|ARCHITECTURE)(\.md)?$|^Dockerfile$/;

/** Number of lines of a text; a last line break opens no line. */
export function lineCount(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

/** The faults in a path's names. */
export function nameFaults(path: string): string[] {
  const parts = path.split("/");
  const file = parts.at(-1)!;
  const code = /\.tsx?$/.test(file);
  const good = code
    ? CODE_NAME.test(file)
    : SHOUTED.test(file) || NAME.test(file.replace(/^\./, ""));
  const folders = parts.slice(0, -1).every((part) => NAME.test(part.replace(/^\./, "")));
  return good && folders ? [] : [`${path}: names are snake_case`];
}

/** The faults in any text file. */
export function textFaults({ path, text }: SourceFile): string[] {
  const faults: string[] = [];
  text.split("\n").forEach((line, index) => {
    for (const [pattern, what] of FORBIDDEN) {
      if (pattern.test(line)) faults.push(`${path}:${index + 1} holds ${what}: ${line.trim()}`);
    }
  });
  return faults;
}

/** The fault in the length of a file of code or styles. */
export function lengthFaults({ path, text }: SourceFile): string[] {
  const lines = lineCount(text);
  return lines > MOST_LINES ? [`${path}: ${lines} lines, more than ${MOST_LINES}`] : [];
}

/** The faults in a TypeScript file. */
export function codeFaults(file: SourceFile): string[] {
  const { path, text } = file;
  const faults: string[] = [];
  const syntax = readSyntax(file);
  for (const { line, lines, ownLines } of syntax.functions) {
    const counted = TEST_SUPPORT.test(path) ? ownLines : lines;
    if (counted >= MOST_FUNCTION_LINES) faults.push(`${path}:${line} function of ${counted} lines`);
  }
  if (!isTest(path)) {
    for (const { what, line } of syntax.undocumented) {
      faults.push(`${path}:${line} exports ${what} without a docstring`);
    }
  } else if (!path.endsWith("tidy_test.ts") && LEFT_OUT.test(text)) {
    faults.push(`${path}: leaves tests out`);
  }
  return faults;
}

/** The fault in the files' sizes taken together. */
export function medianFaults(files: readonly SourceFile[]): string[] {
  const sizes = files.map(({ text }) => lineCount(text)).sort((a, b) => a - b);
  const median = sizes[Math.floor(sizes.length / 2)] ?? 0;
  return median < MEDIAN_LINES ? [] : [`the median file has ${median} lines, not under 100`];
}

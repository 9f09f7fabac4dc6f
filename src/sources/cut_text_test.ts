import assert from "node:assert/strict";
import { cutText } from "./cut_text.ts";

Deno.test("cutText() cuts no character in two, and gives well-formed text", () => {
  const cases: [string, number, string][] = [
    ["abc", 3, "abc"],
    ["abcd", 3, "abc"],
    ["ab😀", 4, "ab😀"],
    ["ab😀", 3, "ab"],
    ["ab😀c", 4, "ab😀"],
    ["a\ud83d", 3, "a\ufffd"],
    ["\ude00a", 1, "\ufffd"],
    ["ab\ud83dcd", 3, "ab\ufffd"],
    ["😀", 1, ""],
  ];
  for (const [text, max, expected] of cases) {
    assert.equal(cutText(text, max), expected, JSON.stringify(text));
  }
});

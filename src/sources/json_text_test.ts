import assert from "node:assert/strict";
import { parseJsonText } from "./json_text.ts";

Deno.test("parseJsonText() gives numbers as the text they were sent as", () => {
  const text =
    '{"a":0.10000000000000000001,"b":[12345678901234567890,1e3,-0],"c":"7","d":null,"e":true}';
  assert.deepEqual(parseJsonText(text), {
    a: "0.10000000000000000001",
    b: ["12345678901234567890", "1e3", "-0"],
    c: "7",
    d: null,
    e: true,
  });
});

Deno.test("parseJsonText() throws on what is not JSON", () => {
  assert.throws(() => parseJsonText('{"a":1'), SyntaxError);
  assert.throws(() => parseJsonText("<html>"), SyntaxError);
});

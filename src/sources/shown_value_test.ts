import assert from "node:assert/strict";
import { shownValue } from "./shown_value.ts";

Deno.test("shownValue() shows what could be a number or a time, and of a text only its length", () => {
  for (const text of ["", "1.5", "-1e9", "2026-11-22T10:00:00.5+02:00", "1,000"]) {
    assert.equal(shownValue(text), JSON.stringify(text));
  }
  assert.equal(shownValue("sk-ant-1"), "a text of 8 characters");
  assert.equal(shownValue("1".repeat(65)), "a text of 65 characters");
});

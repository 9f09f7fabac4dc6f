/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { csvText } from "./csv.ts";

Deno.test("csvText() guards against formulas, leaves numbers alone, and quotes", () => {
  const rows = [["a", "-12.50", "=1+1"], ["@x", "-1+1", 'say "1,2"'], ["+5", "", "x\ny"]];
  assert.equal(
    csvText(rows),
    `a,-12.50,'=1+1\r\n'@x,'-1+1,"say ""1,2"""\r\n'+5,,"x\ny"\r\n`,
  );
});

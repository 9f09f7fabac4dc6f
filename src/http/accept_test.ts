import assert from "node:assert/strict";
import { chooseType } from "./accept.ts";

const OFFERED = ["application/json", "application/x-ndjson", "text/plain"] as const;

Deno.test("chooseType() takes the best liked, then the first offered", () => {
  const cases: readonly (readonly [string | null, string | null])[] = [
    [null, "application/json"],
    ["", "application/json"],
    ["*/*", "application/json"],
    ["application/x-ndjson", "application/x-ndjson"],
    ["Application/X-NDJSON; charset=utf-8", "application/x-ndjson"],
    ["text/html, */*;q=0.8", "application/json"],
    ["application/json;q=0.5, text/plain", "text/plain"],
    ["text/*", "text/plain"],
    ["application/*, application/json;q=0", "application/x-ndjson"],
    ["text/html", null],
    ["application/json;q=0", null],
    ["application/json;q=nonsense", null],
  ];
  for (const [accept, expected] of cases) {
    assert.equal(chooseType(accept, OFFERED), expected, String(accept));
  }
});

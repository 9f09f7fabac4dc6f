import assert from "node:assert/strict";
import { pages } from "./pages.ts";
import { UpstreamError } from "./source.ts";

async function rowsOf(
  marks: Readonly<Record<string, string | null>>,
  maxPages = 10,
): Promise<string[]> {
  const read = (mark: string | null) =>
    Promise.resolve({ rows: [mark ?? "first"], next: marks[mark ?? "first"] ?? null });
  const rows: string[] = [];
  for await (const page of pages("/list", read, maxPages)) rows.push(...page);
  return rows;
}

Deno.test("pages() walks to the end", async () => {
  assert.deepEqual(await rowsOf({ first: "a", a: "b" }), ["first", "a", "b"]);
});

Deno.test("pages() ends at a mark that comes twice, however far back", async () => {
  const loop = rowsOf({ first: "a", a: "b", b: "c", c: "a" });
  await assert.rejects(
    loop,
    (error) =>
      error instanceof UpstreamError && error.errorClass === "malformed" &&
      error.message === "/list gave the same cursor twice" && error.facts.path === "cursor",
  );
});

Deno.test("pages() ends after the most pages there may be", async () => {
  await assert.rejects(rowsOf({ first: "a", a: "b", b: "c" }, 3), /did not end within 3 pages/);
  assert.equal((await rowsOf({ first: "a", a: "b", b: "c" }, 4)).length, 4);
});

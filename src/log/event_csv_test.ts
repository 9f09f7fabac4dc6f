import assert from "node:assert/strict";
import { cell, csvHeader, csvLine } from "./event_csv.ts";

Deno.test("cell() quotes what RFC 4180 wants quoted", () => {
  assert.equal(cell("plain text"), "plain text");
  assert.equal(cell('a "b", c'), '"a ""b"", c"');
  assert.equal(cell("a\nb"), '"a\nb"');
  assert.equal(cell(undefined), "");
  assert.equal(cell(null), "");
  assert.equal(cell([{ a: "1" }]), '"[{""a"":""1""}]"');
});

Deno.test("cell() keeps a spreadsheet from taking text for a formula, and leaves numbers alone", () => {
  for (const text of ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "-"]) {
    assert.equal(cell(text), `'${text}`);
  }
  assert.equal(cell("=a,b"), `"'=a,b"`);
  for (const text of ["-5.25", "-0", "12", "0.000000001"]) assert.equal(cell(text), text);
  assert.equal(cell(true), "true");
});

Deno.test("csvLine() has one cell for each column of the header, each field in its own", () => {
  const data = { amount: "-1.50", component: "revenue", reason: "=cmd, x", who: "ann" };
  const line = JSON.stringify({
    data,
    id: "a-1",
    recordedtime: "2026-01-01T00:00:01.000Z",
    sequence: "0000000000000007",
    source: "/operator",
    subject: "s",
    time: "2026-01-01T00:00:00.000Z",
    type: "pnl.adjustment.recorded.v1",
  });
  const header = csvHeader().trimEnd().split(",");
  const text = csvLine({ position: 7, line });
  assert.ok(text.endsWith("\r\n") && csvHeader().endsWith("\r\n"));
  assert.equal(new Set(header).size, header.length);
  // The one cell with a comma is taken out before the cells are counted.
  const cells = text.trimEnd().replace(`"'=cmd, x"`, "REASON").split(",");
  assert.equal(cells.length, header.length);
  const at = (name: string) => cells[header.indexOf(name)];
  assert.deepEqual(
    ["sequence", "source", "id", "data.amount", "data.reason", "data.who"].map(at),
    ["0000000000000007", "/operator", "a-1", "-1.50", "REASON", "ann"],
  );
});

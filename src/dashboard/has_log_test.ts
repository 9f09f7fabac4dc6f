/// <reference lib="deno.ns" />
import assert from "node:assert/strict";
import { hasLog } from "./has_log.ts";

const at = (role: "all" | "edge" | null, writer: string | null, page: string) =>
  hasLog({ role, writer }, new URL(page));

Deno.test("hasLog() is true of the writer, and not known before the server has said what it is", () => {
  assert.equal(at("all", null, "http://10.0.0.5:3000/"), true);
  assert.equal(at(null, null, "http://10.0.0.5:3000/"), null);
});

Deno.test("hasLog() is false of an edge that names a writer elsewhere, null where it names none", () => {
  assert.equal(at("edge", "http://10.0.0.5:3000", "http://10.0.0.6:3000/"), false);
  assert.equal(at("edge", "http://127.0.0.1:3000", "http://127.0.0.1:3001/"), false);
  assert.equal(at("edge", "https://pnl.example", "http://pnl.example/"), false);
  assert.equal(at("edge", "https://pnl.example/a", "https://pnl.example/b/"), false);
  assert.equal(at("edge", null, "http://10.0.0.6:3000/"), null);
  assert.equal(at("edge", "nowhere", "http://10.0.0.6:3000/"), null);
});

Deno.test("hasLog() is true of an edge behind a proxy that the writer is named by too", () => {
  assert.equal(at("edge", "https://pnl.example", "https://pnl.example/"), true);
  assert.equal(at("edge", "https://pnl.example:443/desk", "https://pnl.example/desk/"), true);
  for (const name of ["localhost", "127.0.0.1", "[::1]"]) {
    assert.equal(at("edge", "http://127.0.0.1:8080", `http://${name}:8080/`), true);
  }
});

Deno.test("hasLog() believes no name of the loopback for a page that comes from elsewhere", () => {
  assert.equal(at("edge", "http://127.0.0.1:8080", "http://192.168.1.5:8080/"), null);
  assert.equal(at("edge", "http://localhost:3000", "https://pnl.example/"), null);
});

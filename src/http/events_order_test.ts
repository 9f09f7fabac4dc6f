import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { startTestServer, type TestServer, totals } from "./test_server.ts";

/** A server whose log holds `count` observations besides the day's start. */
async function withEvents(count: number): Promise<TestServer> {
  const server = await startTestServer();
  await server.collect(...Array.from({ length: count }, (_, i) => `${i + 1}`));
  return server;
}

/** Positions of the items of an answer. */
function positions(items: readonly { readonly sequence: string }[]): number[] {
  return items.map(({ sequence }) => Number(sequence));
}

Deno.test("GET /api/events?order=desc pages from the newest event to the first, each once", async () => {
  await using server = await withEvents(10);
  const seen: number[] = [];
  let path: string | undefined = "/api/events?order=desc&limit=4";
  for (let pages = 0; path !== undefined; pages++) {
    assert.ok(pages < 3);
    const response = await server.get(path);
    const body = await response.json();
    assert.deepEqual(Object.keys(body), ["items", "nextBefore"]);
    seen.push(...positions(body.items));
    path = /^<(.+)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
    assert.equal(body.nextBefore, path === undefined ? null : seen.at(-1));
    if (path !== undefined) assert.equal(path.endsWith(`&before=${body.nextBefore}`), true);
    // What is appended while somebody pages downwards moves nothing.
    server.log.append([totals(`9${pages}`, server.clock.now())]);
  }
  assert.deepEqual(seen, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
});

Deno.test("GET /api/events takes before and after together with every filter, in both orders", async () => {
  await using server = await withEvents(8);
  const read = async (query: string) => {
    const body = await (await server.get(`/api/events?${query}`)).json();
    return positions(body.items);
  };
  assert.deepEqual(await read("after=2&before=5"), [3, 4]);
  assert.deepEqual(await read("after=2&before=5&order=asc"), [3, 4]);
  assert.deepEqual(await read("after=2&before=5&order=desc"), [4, 3]);
  assert.deepEqual(await read("before=1"), []);
  assert.deepEqual(await read("before=99&order=desc&limit=1"), [9]);
  assert.deepEqual(await read("source=/revenue&order=desc&before=4"), [3, 2]);
  assert.deepEqual(await read("type=pnl.clock.day-started.v1&order=desc"), [1]);
  assert.deepEqual(await read("subject=totals&from=2026-11-22&order=desc&limit=2"), [9, 8]);
  assert.deepEqual(await read("recordedTo=2026-11-22&order=desc"), []);
});

Deno.test("GET /api/events names the parameter that is wrong", async () => {
  await using server = await withEvents(1);
  for (const query of ["before=0", "before=x", "order=down", "format=xlsx", "before=1&before=2"]) {
    const response = await server.get(`/api/events?${query}`);
    const { parameter } = await response.json();
    assert.deepEqual([response.status, parameter], [400, query.split("=")[0]], query);
  }
});

Deno.test("GET /api/events/:position says the leaf's hash of the line as it is stored", async () => {
  await using server = await withEvents(2);
  const response = await server.get("/api/events/2");
  const line = new Uint8Array(await response.arrayBuffer());
  const leaf = hash("sha256", new Uint8Array([0, ...line]), "hex");
  assert.equal(response.headers.get("leaf-hash"), `sha256:${leaf}`);
  const stored = server.log.audit((audit) => audit.rows(1, 1)[0]);
  assert.equal(stored?.leaf, leaf);
});

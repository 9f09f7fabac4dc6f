import assert from "node:assert/strict";
import { z } from "zod";
import { StepClock } from "../sandbox/testing.ts";
import { HttpClient } from "./http_client.ts";
import { KalshiClient } from "./kalshi_client.ts";
import { context, upstream } from "./testing.ts";

Deno.test("KalshiClient tells of each answer once, a failure's too, and of each page's rows", async () => {
  const clock = new StepClock();
  const pages = [{ fills: [1, 2], cursor: "next" }, { fills: [3], cursor: "" }];
  await using server = upstream((request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/portfolio/fills") return Response.json({}, { status: +pathname.slice(1) });
    return Response.json(pages[searchParams.has("cursor") ? 1 : 0]);
  }, clock);
  const http = new HttpClient({ baseUrl: server.url, clock, retry: { retries: 0 } });
  const client = new KalshiClient(http);
  let heard: number[] = [];
  const asking = context({ progress: (rows) => heard.push(rows) });
  const get = (path: string) => client.get(path, z.looseObject({}), asking);

  await get("/200");
  assert.deepEqual(heard.splice(0), [0]);
  for (const [path, errorClass] of [["/403", "unauthorized"], ["/500", "server_error"]] as const) {
    await assert.rejects(get(path), { errorClass });
    assert.deepEqual(heard.splice(0), [0], path);
  }
  assert.equal((await client.list("fills", asking)).length, 3);
  assert.deepEqual(heard, [0, 2, 0, 1]);
  await server[Symbol.asyncDispose]();
  heard = [];
  await assert.rejects(get("/200"), { errorClass: "network" });
  assert.deepEqual(heard, [], "nothing answered");
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { startTestServer } from "../http/test_server.ts";
import type { Served as ServerServed } from "../projection/served.ts";
import { intervalOf, isDelivered, type Served } from "./delivered.ts";

/** Fails to compile where the client and the server mean different things by `served`. */
const same = (served: ServerServed): Served => served;
const back = (served: Served): ServerServed => served;

Deno.test("isDelivered() accepts what the server sends, and nothing that lacks a part of it", async () => {
  await using server = await startTestServer();
  for (const filled of [false, true]) {
    if (filled) await server.windows(1);
    const text = await (await server.get("/api/pnl/current")).text();
    const snapshot = JSON.parse(text);
    assert.ok(isDelivered(snapshot));
    assert.equal(intervalOf(snapshot), 5_000);
    assert.deepEqual(back(same(snapshot.served)), snapshot.served);
    const accepts = (change: object) => isDelivered({ ...snapshot, ...change });
    for (const name of ["schema", "position", "window", "metrics", "quality", "served"]) {
      assert.equal(accepts({ [name]: undefined }), false, name);
    }
    for (const name of Object.keys(snapshot.served)) {
      const served: object = { ...snapshot.served, [name]: undefined };
      assert.equal(accepts({ served }), false, `served.${name}`);
    }
    for (const name of Object.keys(snapshot.metrics)) {
      const metrics: object = { ...snapshot.metrics, [name]: 1 };
      assert.equal(accepts({ metrics }), false, `metrics.${name}`);
    }
  }
});

Deno.test("isDelivered() takes anything and throws at nothing", () => {
  fc.assert(fc.property(fc.anything(), (value) => assert.equal(isDelivered(value), false)));
});

import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { ROUTE_SCOPES } from "../access/route_scopes.ts";
import { OpenApiCheck } from "./test_openapi.ts";
import { startTestServer } from "./test_server.ts";

Deno.test("GET /openapi.json holds to the schema of OpenAPI 3.1", async () => {
  await using server = await startTestServer();
  const document = await (await server.get("/openapi.json")).json();
  const { valid, errors } = await new Validator().validate(document);
  assert.ok(valid, JSON.stringify(errors ?? null).slice(0, 2_000));
  assert.equal(document.openapi, "3.1.0");
  assert.equal(document.info.version, server.deps.version);
});

Deno.test("GET /openapi.json has every route that is served, with what it asks for", async () => {
  await using server = await startTestServer();
  const { operations } = await OpenApiCheck.of(server.get);
  const asked = new Map(operations.map(([name, { security }]) => {
    const roles = security.flatMap((way) => Object.values(way).flat());
    assert.ok(new Set(roles).size <= 1);
    return [name.replace(/\{(\w+)\}/, ":$1"), roles[0] ?? "open"];
  }));
  for (const [route, scope] of asked) assert.equal(scope, ROUTE_SCOPES[route], route);
  assert.ok(asked.size > 20);
});

Deno.test("operations have names of their own, and docs/API.md names each route", async () => {
  await using server = await startTestServer();
  const { operations } = await OpenApiCheck.of(server.get);
  const ids = operations.map(([, { operationId }]) => operationId);
  assert.equal(new Set(ids).size, ids.length);
  const text = await Deno.readTextFile(new URL("../../docs/API.md", import.meta.url));
  for (const [name] of operations) {
    const [method = "", path = ""] = name.replace(/\{(\w+)\}/, ":$1").split(" ");
    const found = path === "/assets/:name" ? text.includes("`/assets/…`") : text
      .split("\n").some((line) => line.startsWith("#") && line.includes(`\`${method} ${path}\``));
    assert.ok(found, `${name} is not in docs/API.md`);
  }
});

Deno.test("routes read the parameters that are documented, and refuse all others", async () => {
  await using server = await startTestServer();
  await server.collect("1");
  const check = await OpenApiCheck.of(server.get);
  for (const [name, { parameters }] of check.operations) {
    const [method = "", path = ""] = name.split(" ");
    if (path === "/ws") continue;
    const target = path.replace("{position}", "1").replace("{name}", "none.js");
    const ask = async (query: string) => {
      const response = await server.get(`${target}${query}`, { method });
      const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
      if (isStream) await response.body?.cancel();
      return isStream ? null : await check.answer(method, path, response);
    };
    const refused = await ask("?nonsense=1");
    if (path !== "/") assert.equal(Reflect.get(Object(refused), "parameter"), "nonsense", name);
    for (const { name: parameter } of parameters.filter((each) => each.in === "query")) {
      const given = Reflect.get(Object(await ask(`?${parameter}=${"1".repeat(4)}`)), "detail") ??
        "";
      assert.doesNotMatch(String(given), /is not known here/, `${name} ${parameter}`);
    }
  }
});

import assert from "node:assert/strict";
import EXAMPLES from "./api/examples.json" with { type: "json" };
import { collectExamples, skeleton } from "./test_examples.ts";
import { OpenApiCheck } from "./test_openapi.ts";
import { SchemaCheck } from "./test_schemas.ts";
import { startTestServer } from "./test_server.ts";

Deno.test("the examples of the document are what a server answers", async () => {
  const seen = await collectExamples();
  assert.deepEqual(skeleton(EXAMPLES), skeleton(seen), "deno run -A src/http/test_examples.ts");
});

Deno.test("the examples of the document hold to its shapes, and no answer lacks one", async () => {
  await using server = await startTestServer();
  const { document, operations } = await OpenApiCheck.of(server.get);
  const schemas = new SchemaCheck(document.components);
  let held = 0;
  for (const [name, { responses, tags }] of operations) {
    const content = responses[200]?.content;
    if (content === undefined || tags[0] === "Dashboard" || tags[0] === "Documents") continue;
    const [{ schema, example } = assert.fail(name)] = Object.values(content);
    assert.ok(example !== undefined, `${name} has no example`);
    schemas.hold(example, schema, name);
    held += 1;
  }
  assert.ok(held >= Object.keys(EXAMPLES).length);
});

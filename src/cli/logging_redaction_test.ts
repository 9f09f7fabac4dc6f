import assert from "node:assert/strict";
import { getTextFormatter, jsonLinesFormatter, type LogRecord } from "@logtape/logtape";
import { Redactor } from "./logging_redaction.ts";

const PEM =
  "-----BEGIN PRIVATE KEY-----\nMIIEcanaryLine1\nMIIEcanaryLine2\n-----END PRIVATE KEY-----";

function record(message: unknown[], properties: Record<string, unknown>): LogRecord {
  return { category: ["pnl"], level: "error", message, rawMessage: "x", timestamp: 0, properties };
}

/** Everything that a sink could write of a record. */
function written(redactor: Redactor, of: LogRecord): string {
  const clean = redactor.record(of);
  const inspected = Deno.inspect(clean, { depth: 20, strAbbreviateSize: 1e6 });
  return getTextFormatter()(clean) + jsonLinesFormatter(clean) + inspected;
}

Deno.test("Redactor.text() hides what looks like a secret, and leaves the rest as it is", () => {
  const redactor = new Redactor([]);
  const cases: readonly (readonly [text: string, expected: string])[] = [
    ["key pnl_live_ab12CD34_canaryCANARY0123456789 used", "key pnl_live_ab12CD34_[redacted] used"],
    ["sk-ant-admin01-canary_1-2 refused", "[redacted] refused"],
    [`before ${PEM} after`, "before [redacted] after"],
    [PEM.slice(0, 40), "[redacted]"],
    [`${PEM.slice(0, 55)} or so`, "[redacted] or so"],
    ["no PEM (-----BEGIN PRIVATE KEY----- or\nso)", ""],
    [JSON.stringify(PEM), '"[redacted]"'],
    ["Authorization: Bearer canary.1-2~3", "Authorization: [redacted]"],
    ["sent bearer canary12 twice", "sent bearer [redacted] twice"],
    ["redis://user:canary@host:6379/0", "redis://[redacted]@host:6379/0"],
    ["rediss://:canary@host", "rediss://[redacted]@host"],
    [
      "GET /ws?channels=pnl&ticket=canary&since=1",
      "GET /ws?channels=pnl&ticket=[redacted]&since=1",
    ],
    ['{"x-api-key":"canary","a":1}', '{"x-api-key":"[redacted]","a":1}'],
    ["KALSHI-ACCESS-SIGNATURE: canary+/=", "KALSHI-ACCESS-SIGNATURE: [redacted]"],
    ["Set-Cookie: pnl=canary; HttpOnly", "Set-Cookie: [redacted]"],
    ["password=canary,", "password=[redacted],"],
    ["pnl_http_requests_total 5 of 1 at https://a.test/b?c=d", ""],
  ];
  for (const [text, expected] of cases) {
    assert.equal(redactor.text(text), expected === "" ? text : expected);
  }
});

Deno.test("Redactor.text() hides the credentials that it is given, whatever they look like", () => {
  const redactor = new Redactor(["plain.canary+(1)", "plain.canary+(1)long", "short"]);
  assert.equal(redactor.text("a plain.canary+(1)long b"), "a [redacted] b");
  assert.equal(redactor.text("aplain.canary+(1)b"), "a[redacted]b");
  assert.equal(redactor.text("a short word"), "a short word");
});

Deno.test("Redactor.text() cuts a text that is very long", () => {
  assert.ok(new Redactor([]).text("x".repeat(1_000_000)).length < 17_000);
});

Deno.test("Redactor.record() hides values by their names at any depth, in the message too", () => {
  const secrets = ["authorization", "Cookie", "apiKey", "x-api-key", "revenue_token", "secret"]
    .concat("password", "signature", "ticket", "KALSHI_PRIVATE_KEY", "refreshTokens");
  for (const name of secrets) {
    const canary = `canary-of-${name.length}-letters`;
    const properties = {
      [name]: canary,
      deep: { list: [{ [name]: { inner: canary } }], map: new Map([[name, canary]]) },
      headers: new Headers({ "x-api-key": canary }),
      said: `it said ${canary} there`,
    };
    const text = written(new Redactor([]), record(["a ", canary, ` b ${canary}`], properties));
    assert.ok(!text.includes("canary"), `${name}: ${text}`);
  }
});

Deno.test("Redactor.record() keeps counts, flags and what has no secret name", () => {
  const properties = { tokens: 3, secret: true, key: null, path: "/x", at: new Date(0), n: 5n };
  const { properties: clean, message } = new Redactor([]).record(record(["a ", 1], properties));
  assert.deepEqual(clean, properties);
  assert.deepEqual(message, ["a ", 1]);
});

/** Every `.ts` file below a folder, but for tests. */
function* sources(folder: URL): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, folder));
    else if (/\.ts$/.test(name) && !/_test\.ts$/.test(name)) {
      yield Deno.readTextFileSync(new URL(name, folder));
    }
  }
}

Deno.test("no message of the log names a value that is hidden by its name", () => {
  const texts = [...sources(new URL("../", import.meta.url))].join("\n");
  const names = new Set([...texts.matchAll(/(?<![$\\])\{([a-z]\w*)\}/g)].map(([, name]) => name!));
  assert.ok(names.has("webhook") && names.size > 40, `${names.size} names`);
  const hidden = [...names].filter((name) => {
    const { properties } = new Redactor([]).record(record(["a"], { [name]: "seen" }));
    return properties[name] !== "seen";
  });
  assert.deepEqual(hidden, []);
});

Deno.test("Redactor.record() goes into errors: message, stack, cause, what they hold and gather", () => {
  const inner = Object.assign(new TypeError("failed with Bearer canary-inner"), {
    facts: { token: "canary-fact", status: 500 },
  });
  const outer = new Error(`cannot reach redis://:canary-outer@h ${PEM}`, { cause: inner });
  const all = new AggregateError([outer], "all: sk-ant-canary");
  const redactor = new Redactor(["configured-canary"]);
  const said = record(["failed: ", all, ""], { error: all, other: "configured-canary" });
  const text = written(redactor, said);
  assert.ok(!/canary/i.test(text), text);
  assert.ok(text.includes("TypeError") && text.includes("500"), text);
  const clean = redactor.record(said).properties.error;
  assert.ok(clean instanceof AggregateError && clean.errors[0] instanceof Error);
});

Deno.test("Redactor.record() bears with circles, depth, width and what cannot be read", () => {
  const circle: Record<string, unknown> = { wide: Array.from({ length: 1_000 }, (_, i) => i) };
  circle.self = circle;
  Object.defineProperty(circle, "broken", {
    enumerable: true,
    get: () => {
      throw new Error("no");
    },
  });
  let deep: unknown = "bottom";
  for (let level = 0; level < 100; level++) deep = { deep };
  const clean = new Redactor([]).record(record([""], { circle, deep, bytes: new Uint8Array(9) }));
  assert.ok(JSON.stringify(clean).length < 2_000);
  assert.deepEqual(clean.properties.bytes, "[9 bytes]");
});

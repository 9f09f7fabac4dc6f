/** The snippets of the documents that are no commands: code for a page, for React, and what others send. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { noticeOf } from "../src/alerts/payload.ts";
import { startTestServer } from "../src/http/test_server.ts";
import { systemClock } from "../src/log/system_clock.ts";
import { revenueSource } from "../src/sources/revenue.ts";
import { type Block, blocksOf, documents } from "./documents.ts";
import { shapeFaults } from "./document_shape.ts";
import { until } from "./server_process.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const HOST = "127.0.0.1:3000";

/** The blocks of a language. */
function snippets(language: string): Block[] {
  return documents().flatMap(blocksOf).filter((block) => block.language === language);
}

/** The one block under a heading. */
function snippet(path: string, heading: string, language: string): string {
  const [block] = snippets(language).filter((each) =>
    each.path === path && each.heading === heading
  );
  assert.ok(block !== undefined, `${path} has ${language} under ${heading}`);
  return block.text;
}

/** Runs code under the project's configuration, until what it says is as wished. */
async function runUntil(code: string, host: string, wished: RegExp): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const dir = await Deno.makeTempDir({ prefix: "pnl-snippet-" });
  stack.defer(() => Deno.remove(dir, { recursive: true }));
  await Deno.writeTextFile(`${dir}/snippet.tsx`, code);
  const flags = [
    "--no-prompt",
    "--no-check",
    "--cached-only",
    "--allow-env",
    `--allow-net=${host}`,
  ];
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      ...flags,
      "--location",
      `http://${host}/`,
      "--config",
      `${ROOT}deno.json`,
      `${dir}/snippet.tsx`,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  let said = "";
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) said += part;
  };
  const collected = Promise.all([collect(child.stdout), collect(child.stderr)]);
  try {
    await until(() => Promise.resolve(said), (text) => wished.test(text), 20_000);
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await collected;
  }
}

Deno.test("the snippets for a page of the server print what it sends", async () => {
  await using server = await startTestServer();
  await server.windows(2);
  const { host } = new URL(server.origin);
  const pages = snippets("js");
  assert.equal(pages.length, 2);
  for (const { text } of pages) await runUntil(text.replace(HOST, host), host, /\b2\.25\b/);
});

Deno.test("the component of docs/INTEGRATION.md renders, and its age is the client's", async () => {
  const code = snippets("ts").find(({ text }) => text.includes("function NetPnl"))?.text;
  assert.ok(code !== undefined, "the document has the component");
  await using server = await startTestServer();
  await server.windows(2);
  const { host } = new URL(server.origin);
  const shown = `${code.replace(HOST, host)}
import { createElement } from "react";
import { renderToString } from "react-dom/server";
setInterval(() => console.log(renderToString(createElement(NetPnl))), 100);
`;
  // The names under which the project is imported are those of a project that has it as a package.
  const exports = { "client/react": "react", "client/store": "store", client: "pnl_client" };
  const own = Object.entries(exports).reduce(
    (text, [name, file]) =>
      text.replace(`"pnl-stream/${name}"`, `"file://${ROOT}src/client/${file}.ts"`),
    shown,
  );
  // Rendered without a page a store shows its first state; the age is the running client's.
  await runUntil(own, host, /^–, \d s old$/m);
});

Deno.test("the totals that docs/INTEGRATION.md shows are taken from the billing service", async () => {
  const body = snippet("docs/INTEGRATION.md", "The billing service", "json");
  await using service = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    ({ url }) =>
      new URL(url).pathname === "/api/revenue"
        ? new Response(body, { headers: { "content-type": "application/json" } })
        : new Response(null, { status: 404 }),
  );
  const source = revenueSource({
    baseUrl: `http://127.0.0.1:${service.addr.port}`,
    intervalMs: 1_000,
    clock: systemClock,
  });
  const { events } = await source.units[0]!.poll({
    cursor: null,
    since: null,
    signal: new AbortController().signal,
    progress: () => {},
  });
  assert.deepEqual(events[0]?.data, { invoiced: "20000.00", collected: "12000.5" });
});

Deno.test("the message that docs/OPERATIONS.md shows is of the shape that webhooks get", () => {
  const shown = JSON.parse(snippet("docs/OPERATIONS.md", "Alerts", "json"));
  const rule = { name: shown.data.rule, when: shown.data.when, webhook: "on-call" };
  const now = Date.parse(shown.timestamp);
  const { since, value } = shown.data;
  const state = { status: "firing", since: Date.parse(since), value, toldAt: now } as const;
  const place = { position: 1234, pos: shown.data.pos, mode: "live" } as const;
  const { body } = noticeOf(rule, state, "firing", now, place);
  assert.deepEqual(shapeFaults(shown, JSON.parse(body)), []);
});

Deno.test("the job for Prometheus asks a host for the path that a server has", async () => {
  const text = snippet("docs/OPERATIONS.md", "Metrics", "yaml");
  assert.match(
    text,
    /^(\w+: \[.*\]\n)*scrape_configs:\n {2}- job_name: \S+\n( {4,6}[-\w ]+:( \S.*)?\n)+$/,
  );
  assert.match(text, /targets: \["[\w.-]+(:\d+)?"(, "[\w.-]+(:\d+)?")*\]/);
  assert.doesNotMatch(text, /metrics_path/);
  await using server = await startTestServer();
  const answer = await server.get("/metrics");
  assert.equal(answer.status, 200);
  await answer.body?.cancel();
});

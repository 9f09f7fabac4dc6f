/** What the runtime exports under `OTEL_DENO`: docs/OPERATIONS.md, "Traces". */
import assert from "node:assert/strict";
import { startOtlpCollector } from "./otlp_collector.ts";
import { startServerProcess, until, withFolder } from "./server_process.ts";

const SECRETS = ["ticketCanary81ab", "bearerCanary81ab", "cookieCanary81ab"];

/** Runs a server that exports, asks it with secrets, and answers what it exported. */
async function exported(env: Record<string, string>) {
  await using collector = startOtlpCollector();
  await withFolder(async (folderEnv) => {
    const server = await startServerProcess({
      ...folderEnv,
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      LOG_LEVEL: "debug",
      ...env,
    });
    try {
      await until(
        async () => await (await fetch(`${server.url}/health`)).json(),
        ({ sources }) => sources.kalshi.lastSuccessAt !== null,
        15_000,
      );
      const headers = { authorization: `Bearer ${SECRETS[1]}`, cookie: `pnl=${SECRETS[2]}` };
      const path = `/api/pnl/stream?ticket=${SECRETS[0]}`;
      await (await fetch(server.url + path, { headers })).body?.cancel();
    } finally {
      await server.end("SIGTERM");
    }
  });
  const [traces, logs, metrics] = ["traces", "logs", "metrics"]
    .map((kind) => collector.received(`/v1/${kind}`));
  const names = attributesOf(traces!);
  return {
    names,
    traces: traces!.join("\n"),
    logs: logs!.join("\n"),
    metrics: metrics!.join("\n"),
  };
}

/** The names of the attributes of spans. */
function attributesOf(traces: readonly string[]): Set<string> {
  const spans = traces
    .flatMap((text) => JSON.parse(text).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans);
  const names = spans.flatMap(({ attributes }: { attributes: { key: string }[] }) =>
    attributes.map(({ key }) => key)
  );
  return new Set(names);
}

Deno.test("OTEL_DENO exports requests both ways, no header, and by default the address with its query", async () => {
  const { names, traces, logs, metrics } = await exported({});
  assert.deepEqual(
    ["http.request.method", "url.full", "url.path", "url.query"].filter((name) => !names.has(name)),
    [],
  );
  // What was asked of the upstreams is there too.
  assert.ok(traces.includes("/trade-api/v2/portfolio/fills"));
  for (const secret of SECRETS.slice(1)) assert.ok(!traces.includes(secret), secret);
  for (const text of [logs, metrics]) {
    assert.ok(text.length > 1_000);
    for (const secret of SECRETS) assert.ok(!text.includes(secret), secret);
  }
  // The limit of the runtime, for which the documents give the setting below.
  assert.ok(traces.includes(SECRETS[0]!));
});

Deno.test("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=1 leaves of a span its method and its time", async () => {
  const { names, traces } = await exported({ OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "1" });
  assert.deepEqual([...names], ["http.request.method"]);
  for (const secret of SECRETS) assert.ok(!traces.includes(secret), secret);
});

/** A collector of OpenTelemetry that keeps what it is sent: OTLP over HTTP with JSON. */

/** A running collector. */
export interface OtlpCollector extends AsyncDisposable {
  /** What `OTEL_EXPORTER_OTLP_ENDPOINT` names. */
  readonly url: string;
  /** What came on a path such as `/v1/traces`, each as it was sent. */
  received(path: string): readonly string[];
}

/** Starts one on a free port of loopback. */
export function startOtlpCollector(): OtlpCollector {
  const texts = new Map<string, string[]>();
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  const server = Deno.serve(options, async (request) => {
    const { pathname } = new URL(request.url);
    const known = texts.get(pathname) ?? [];
    known.push(await request.text());
    texts.set(pathname, known);
    return Response.json({});
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    received: (path) => texts.get(path) ?? [],
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

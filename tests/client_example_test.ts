import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startTestServer } from "../src/http/test_server.ts";
import { until } from "./server_process.ts";

const ROOT = new URL("../", import.meta.url);
const DOCUMENT = new URL("docs/INTEGRATION.md", ROOT);
const EXAMPLE_URL = "http://127.0.0.1:3000";

/** The first example of the document that makes a client. */
function example(): string {
  const fences = Deno.readTextFileSync(DOCUMENT).matchAll(/```ts\n(.*?)```/gs);
  const text = [...fences].map(([, code]) => code ?? "").find((code) => code.includes("PnlClient"));
  assert.ok(text !== undefined && text.includes(EXAMPLE_URL), "the document has the example");
  return text;
}

Deno.test("the example of the client runs as it stands in the documentation", async () => {
  const code = example();
  assert.ok(code.trim().split("\n").length <= 10, "it has ten lines");
  await using server = await startTestServer();
  await server.windows(2);
  const folder = await Deno.makeTempDir({ prefix: "pnl-example-" });
  const file = `${folder}/example.ts`;
  const client = fileURLToPath(new URL("src/client/pnl_client.ts", ROOT));
  await Deno.writeTextFile(
    `${folder}/deno.json`,
    JSON.stringify({ imports: { "pnl-stream/client": client } }),
  );
  await Deno.writeTextFile(file, code.replace(EXAMPLE_URL, server.origin));
  const host = new URL(server.origin).host;
  const process = new Deno.Command(Deno.execPath(), {
    // Nothing is granted but the server.
    args: ["run", "-q", "--no-prompt", "--no-lock", `--allow-net=${host}`, file],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) text += part;
  };
  const reading = Promise.all([read(process.stdout), read(process.stderr)]);
  const says = (pattern: RegExp) =>
    until(() => Promise.resolve(text), (all) => pattern.test(all), 20_000);
  try {
    await says(/live websocket 2\.25 \d/);
    await server.windows(1);
    await says(/live websocket 3\.25 \d/);
    await says(/final 2026-11-22T\S+ 2\.25/);
  } finally {
    process.kill("SIGTERM");
    await process.status;
    await reading;
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the client's bundle for pages is small", async () => {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "-q", "--platform", "browser", "--minify", "src/client/pnl_client.ts"],
    cwd: fileURLToPath(ROOT),
    stdin: "null",
  }).output();
  assert.ok(success);
  const zipped = new Response(stdout).body!.pipeThrough(new CompressionStream("gzip"));
  const bytes = (await new Response(zipped).arrayBuffer()).byteLength;
  assert.ok(bytes > 1_000 && bytes < 12 * 1024, `${bytes} bytes`);
});

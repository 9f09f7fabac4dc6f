/** Chromium for tests, and pages that load the project's own code into it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";

const ROOT = new URL("../", import.meta.url);
const executablePath = Deno.env.get("PNL_TEST_CHROMIUM") ?? "";

/** True where there is no browser and none is asked for: with `CI=true` its absence is a failure. */
export const WITHOUT_BROWSER = executablePath === "" && Deno.env.get("CI") !== "true";

/**
 * A headless browser that asks nothing of the world but this machine.
 *
 * @param ignored switches of the driver's own that are left out
 */
export async function launchBrowser(ignored: readonly string[] = []): Promise<Browser> {
  assert.notEqual(executablePath, "", "PNL_TEST_CHROMIUM names no Chromium");
  return await chromium.launch({
    executablePath,
    ignoreDefaultArgs: [...ignored],
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
}

/** Bundles a file of the project for browsers. */
export async function bundle(path: string, ...flags: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "-q", "--frozen", "--platform", "browser", ...flags, path],
    cwd: fileURLToPath(ROOT),
    stdin: "null",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** A site of its own origin. */
export interface Site extends AsyncDisposable {
  /** Such as `http://127.0.0.1:41234`. */
  readonly origin: string;
}

/** Serves an empty page that loads a script, under every path. */
export function serveSite(script: string): Site {
  const html = '<!doctype html><title>Test</title><body></body><script src="/script.js"></script>';
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const isScript = new URL(request.url).pathname === "/script.js";
    const type = isScript ? "text/javascript" : "text/html";
    return new Response(isScript ? script : html, {
      headers: { "content-type": `${type}; charset=utf-8` },
    });
  });
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

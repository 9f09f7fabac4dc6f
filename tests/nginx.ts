/** The proxy of deploy/nginx.conf in front of servers of this machine, as a process of its own. */
import assert from "node:assert/strict";

const CONFIGURATION = new URL("../deploy/nginx.conf", import.meta.url);
const START_MS = 10_000;

/** A proxy that runs. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** All that it has written into its log of errors. */
  errors(): Promise<string>;
  /** All that it has written into its log of requests. */
  accesses(): Promise<string>;
  /** A line for each request that has ended, with the server that answered it. */
  accesses(): Promise<string>;
}

/**
 * A port that nobody listens on now, and that the system gives to nobody by itself: a server that is
 * replaced finds it free again.
 */
export function keptPort(): number {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("Found no port that is free");
}

/** The ports of what compose.yaml names `app`, `edge1` and `edge2`; they may be one server. */
export interface Behind {
  readonly app: number;
  readonly edge1: number;
  readonly edge2: number;
}

/** How the shipped configuration is changed beside its addresses. */
export interface Changed {
  /** Somebody at this address stands in front of the proxy: the line for that is made use of. */
  readonly behindAddress?: string;
}

/** The shipped configuration, with this machine's addresses for the names in it. */
function configuration(
  port: number,
  behind: Behind,
  folder: string,
  { behindAddress }: Changed,
): string {
  const changes: (readonly [RegExp, string])[] = [
    [/listen 8080;/, `listen 127.0.0.1:${port};`],
    [/server edge1:3000 /, `server 127.0.0.1:${behind.edge1} `],
    [/server edge2:3000 /, `server 127.0.0.1:${behind.edge2} `],
    [/server app:3000 /, `server 127.0.0.1:${behind.app} `],
  ];
  if (behindAddress !== undefined) {
    changes.push([/# set_real_ip_from 192\.0\.2\.1;/, `set_real_ip_from ${behindAddress};`]);
  }
  let text = Deno.readTextFileSync(CONFIGURATION);
  for (const [pattern, replacement] of changes) {
    assert.match(text, pattern, "the proxy's configuration has changed");
    text = text.replace(pattern, replacement);
  }
  return text.replaceAll("/tmp/", `${folder}/`).replaceAll("/dev/std", `${folder}/std`);
}

async function untilItListens(port: number): Promise<void> {
  for (const from = performance.now();;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (performance.now() - from > START_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Starts nginx with the shipped configuration on a port, in front of servers on this machine. */
export async function startProxy(
  port: number,
  behind: Behind,
  changed: Changed = {},
): Promise<Proxy> {
  const program = Deno.env.get("PNL_TEST_NGINX") ?? "";
  assert.notEqual(program, "", "PNL_TEST_NGINX names no nginx");
  const folder = await Deno.makeTempDir({ prefix: "pnl-nginx-" });
  await Deno.writeTextFile(`${folder}/nginx.conf`, configuration(port, behind, folder, changed));
  const child = new Deno.Command(program, {
    args: ["-c", `${folder}/nginx.conf`, "-p", folder, "-g", "daemon off; user root;"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stop = async () => {
    child.kill("SIGTERM");
    await child.status;
    await Deno.remove(folder, { recursive: true });
  };
  try {
    await untilItListens(port);
  } catch (error) {
    await stop();
    throw error;
  }
  const errors = () => Deno.readTextFile(`${folder}/stderr`);
  const accesses = () => Deno.readTextFile(`${folder}/stdout`);
  return { port, errors, accesses, [Symbol.asyncDispose]: stop };
}

/**
 * `deno task test`: every test, from a fresh clone. Brings the browser that the page's test needs where
 * the machine allows it, and ends with a line `N passed, N failed`, or `…, N skipped`.
 */
import { print } from "../src/cli/output.ts";
import { findProgram, installWithApt } from "./programs.ts";
import { add, closingLine, type Counts, countsOf, NOTHING } from "./counts.ts";

/** What the tests may do: read, write temporary folders, talk to this machine, start the program. */
function permissions(): string[] {
  return [
    "--allow-read",
    `--allow-write=${Deno.env.get("TMPDIR") ?? "/tmp"}`,
    "--allow-net=127.0.0.1,localhost,0.0.0.0,[::1]",
    "--allow-env",
    "--allow-sys=uid,gid,osRelease,statfs",
    `--allow-run=deno,${Deno.execPath()}`,
  ];
}

/** Tests that drive a browser: its driver reads /proc, which the runtime grants with everything only. */
const BROWSER = "_browser_test.ts";

/** Copies a stream to standard output and keeps its last lines. */
async function passOn(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let tail = "";
  for await (const chunk of stream) {
    Deno.stdout.writeSync(chunk);
    tail = (tail + decoder.decode(chunk, { stream: true })).slice(-10_000);
  }
  return tail;
}

/** Runs `deno test` and counts. A run that tells no counts, such as one that does not compile, failed. */
async function runTests(flags: readonly string[], paths: readonly string[]): Promise<Counts> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--frozen", "--no-prompt", ...flags, ...paths],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const tail = await passOn(child.stdout);
  const { success } = await child.status;
  const counts = countsOf(tail) ?? NOTHING;
  return success || counts.failed > 0 ? counts : add(counts, { ...NOTHING, failed: 1 });
}

/** Test files under the paths, those with a browser or those without. */
function* testFiles(paths: readonly string[], browser: boolean): Generator<string> {
  for (const path of paths) {
    if (Deno.statSync(path).isDirectory) {
      const inside = [...Deno.readDirSync(path)].map(({ name }) => `${path}/${name}`).sort();
      yield* testFiles(inside, browser);
    } else if (/_test\.tsx?$/.test(path) && path.endsWith(BROWSER) === browser) yield path;
  }
}

/** Chromium's path; null, with the reason said, where there is none and none can be installed. */
function chromiumOrNull(): string | null {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const found = findProgram("PNL_TEST_CHROMIUM", names) ??
    (installWithApt("chromium") ? findProgram("PNL_TEST_CHROMIUM", names) : null);
  if (found === null) {
    print(
      "No Chromium on PATH, and none can be installed here: the page's tests are skipped.",
    );
  }
  return found;
}

if (import.meta.main) {
  const paths = Deno.args.length > 0 ? Deno.args : ["src", "migrations", "tests"];
  const plain = [...testFiles(paths, false)];
  const browser = [...testFiles(paths, true)];
  let counts = NOTHING;
  if (plain.length > 0) counts = add(counts, await runTests(permissions(), plain));
  if (browser.length > 0) {
    const chromium = chromiumOrNull();
    if (chromium !== null) Deno.env.set("PNL_TEST_CHROMIUM", chromium);
    counts = add(counts, await runTests(["--allow-all"], browser));
  }
  print(closingLine(counts));
  Deno.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
}

/**
 * `deno task test`: every test, from a fresh clone. Brings the programs that some tests need where the
 * machine allows it, and ends with a line `N passed, N failed`, or `…, N skipped`.
 */
import { print } from "../src/cli/output.ts";
import { bringProgram, CHROMIUM, type Program } from "./programs.ts";
import { add, closingLine, type Counts, countsOf, filteredOut, NOTHING } from "./counts.ts";

/**
 * What the tests may do: read, write temporary folders, talk to this machine, start this program, `curl`,
 * `bash` for the commands of the documents, `cat` for what the system says of a process, and those that
 * are named.
 */
function permissions(programs: readonly string[] = []): string[] {
  return [
    "--allow-read",
    `--allow-write=${Deno.env.get("TMPDIR") ?? "/tmp"}`,
    "--allow-net=127.0.0.1,localhost,0.0.0.0,[::1]",
    "--allow-env",
    "--allow-sys=uid,gid,osRelease,statfs",
    `--allow-run=${["deno", Deno.execPath(), "curl", "bash", "cat", ...programs].join(",")}`,
  ];
}

/** Files that run at once: most tests wait for something, and few keep a core busy. A browser does. */
const JOBS = 3;

/** Tests that need a program, by how their files end. */
interface Kind {
  readonly suffix: string;
  readonly programs: readonly Program[];
  /** Files that run at once. */
  readonly jobs: number;
  /** What the tests may do, given the programs' paths. */
  flags(paths: readonly string[]): string[];
}

const REDIS: Program = {
  variable: "PNL_TEST_REDIS_SERVER",
  names: ["redis-server"],
  debian: "redis-server",
};
const NGINX: Program = {
  variable: "PNL_TEST_NGINX",
  names: ["nginx"],
  debian: "nginx-light",
};
const CURL: Program = { variable: null, names: ["curl"], debian: "curl" };
const SQLITE: Program = {
  variable: "PNL_TEST_SQLITE3",
  names: ["sqlite3"],
  debian: "sqlite3",
};

const KINDS: readonly Kind[] = [
  {
    // The memory of a process is that of all files that run in it.
    suffix: "_memory_test.ts",
    jobs: 1,
    programs: [],
    flags: permissions,
  },
  {
    suffix: "_shell_test.ts",
    jobs: JOBS,
    // What the commands of the documents start, beside what every machine has.
    programs: [CURL, SQLITE, REDIS],
    flags: permissions,
  },
  {
    suffix: "_redis_test.ts",
    jobs: JOBS,
    programs: [REDIS],
    flags: permissions,
  },
  {
    suffix: "_nginx_test.ts",
    jobs: 1,
    // What compose.yaml runs is tested as a whole, with the Redis in it.
    programs: [NGINX, REDIS],
    flags: (paths) => permissions([...paths, "cat"]),
  },
  {
    suffix: "_browser_test.ts",
    jobs: 1,
    programs: [CHROMIUM],
    // Its driver reads /proc, which the runtime grants with everything only.
    flags: () => ["--allow-all"],
  },
];

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
async function runTests(
  flags: readonly string[],
  paths: readonly string[],
  jobs: number = JOBS,
): Promise<Counts> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--frozen", "--no-prompt", "--parallel", ...flags, ...paths],
    env: { DENO_JOBS: String(jobs) },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const tail = await passOn(child.stdout);
  const { success } = await child.status;
  const counts = countsOf(tail) ?? NOTHING;
  return success || counts.failed > 0 ? counts : add(counts, { ...NOTHING, failed: 1 });
}

/** Test files under the paths. */
function* testFiles(paths: readonly string[]): Generator<string> {
  for (const path of paths) {
    if (Deno.statSync(path).isDirectory) {
      yield* testFiles([...Deno.readDirSync(path)].map(({ name }) => `${path}/${name}`).sort());
    } else if (/_test\.tsx?$/.test(path)) yield path;
  }
}

/** How many tests the files hold; none is run. */
async function countTests(flags: readonly string[], paths: readonly string[]): Promise<number> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--frozen", "--no-check", ...flags, "--filter", "/^(?!)/", ...paths],
    stdin: "null",
    stderr: "null",
  }).output();
  return filteredOut(new TextDecoder().decode(stdout));
}

/** Runs tests that need programs. Without one they are skipped, or failed where CI counts on them. */
async function runKind({ suffix, programs, jobs, flags }: Kind, paths: readonly string[]) {
  const found = programs.map((program) => ({ ...program, path: bringProgram(program) }));
  const missing = found.find(({ path }) => path === null);
  if (missing === undefined) {
    const brought = found.map(({ path }) => path ?? "");
    for (const { variable, path } of found) {
      if (variable !== null) Deno.env.set(variable, path ?? "");
    }
    return await runTests(flags(brought), paths, jobs);
  }
  const { names: [name], variable } = missing;
  const tests = await countTests(flags(programs.map(({ names }) => names[0])), paths);
  const required = Deno.env.get("CI") === "true";
  print(
    `No ${name} on PATH, and none can be installed here: ${tests} tests in *${suffix} are ` +
      `${required ? "failed, for CI is true" : "skipped"}.` +
      (variable === null ? "" : ` ${variable} may name one.`),
  );
  return { ...NOTHING, [required ? "failed" : "skipped"]: tests };
}

if (import.meta.main) {
  const files = [...testFiles(Deno.args.length > 0 ? Deno.args : ["src", "migrations", "tests"])];
  const isOf = (kind: Kind) => (path: string) => path.endsWith(kind.suffix);
  const plain = files.filter((path) => !KINDS.some((kind) => isOf(kind)(path)));
  let counts = NOTHING;
  if (plain.length > 0) {
    // Some of them start it: one that finds none is skipped, or failed where CI counts on it.
    bringProgram(CURL);
    counts = add(counts, await runTests(permissions(), plain));
  }
  for (const kind of KINDS) {
    const paths = files.filter(isOf(kind));
    if (paths.length > 0) counts = add(counts, await runKind(kind, paths));
  }
  print(closingLine(counts));
  Deno.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
}

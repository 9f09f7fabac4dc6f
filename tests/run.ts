/**
 * `deno task test`: every test, from a fresh clone. Brings the programs that some tests need where the
 * machine allows it, and ends with a line `N passed, N failed`, or `…, N skipped`.
 */
import { print } from "../src/cli/output.ts";
import { bringProgram, CHROMIUM, type Program } from "./programs.ts";
import { add, closingLine, type Counts, countsOf, filteredOut, NOTHING } from "./counts.ts";

/**
 * What the tests may do: read, write temporary folders, talk to this machine, start this program, `curl` and
 * those that are named.
 */
function permissions(programs: readonly string[] = []): string[] {
  return [
    "--allow-read",
    `--allow-write=${Deno.env.get("TMPDIR") ?? "/tmp"}`,
    "--allow-net=127.0.0.1,localhost,0.0.0.0,[::1]",
    "--allow-env",
    "--allow-sys=uid,gid,osRelease,statfs",
    `--allow-run=${["deno", Deno.execPath(), "curl", ...programs].join(",")}`,
  ];
}

/** Files that run at once: most tests wait for something, and few keep a core busy. A browser does. */
const JOBS = 2;

/** Tests that need a program, by how their files end. */
interface Kind {
  readonly suffix: string;
  readonly program: Program;
  /** Files that run at once. */
  readonly jobs: number;
  /** What the tests may do beside the others, given the program's path. */
  flags(path: string): string[];
}

const KINDS: readonly Kind[] = [
  {
    suffix: "_redis_test.ts",
    jobs: JOBS,
    program: {
      variable: "PNL_TEST_REDIS_SERVER",
      names: ["redis-server"],
      debian: "redis-server",
    },
    flags: (path) => permissions([path]),
  },
  {
    suffix: "_nginx_test.ts",
    jobs: 1,
    program: { variable: "PNL_TEST_NGINX", names: ["nginx"], debian: "nginx-light" },
    flags: (path) => permissions([path, "cat"]),
  },
  {
    suffix: "_browser_test.ts",
    jobs: 1,
    program: CHROMIUM,
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

/** Runs tests that need a program. Without it they are skipped, or failed where CI counts on them. */
async function runKind({ suffix, program, jobs, flags }: Kind, paths: readonly string[]) {
  const path = bringProgram(program);
  if (path !== null) {
    Deno.env.set(program.variable, path);
    return await runTests(flags(path), paths, jobs);
  }
  const [name] = program.names;
  const tests = await countTests(flags(name), paths);
  const required = Deno.env.get("CI") === "true";
  print(
    `No ${name} on PATH, and none can be installed here: ${tests} tests in *${suffix} are ` +
      `${required ? "failed, for CI is true" : "skipped"}. ${program.variable} may name one.`,
  );
  return { ...NOTHING, [required ? "failed" : "skipped"]: tests };
}

if (import.meta.main) {
  const files = [...testFiles(Deno.args.length > 0 ? Deno.args : ["src", "migrations", "tests"])];
  const isOf = (kind: Kind) => (path: string) => path.endsWith(kind.suffix);
  const plain = files.filter((path) => !KINDS.some((kind) => isOf(kind)(path)));
  let counts = NOTHING;
  if (plain.length > 0) counts = add(counts, await runTests(permissions(), plain));
  for (const kind of KINDS) {
    const paths = files.filter(isOf(kind));
    if (paths.length > 0) counts = add(counts, await runKind(kind, paths));
  }
  print(closingLine(counts));
  Deno.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
}

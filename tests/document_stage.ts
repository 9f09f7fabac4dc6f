/** A reader of the documents: a folder with the project in it, a shell, and a server on a port of its own. */
import { fileURLToPath } from "node:url";
import { freePort } from "../src/redis/test_port.ts";
import { filesOf, tracesOf } from "./document_traces.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** What a reader who has cloned the project has; `dist` spares the time to build the dashboard again. */
const CLONED =
  "main.ts deno.json deno.lock README.md .env.example .gitignore Dockerfile compose.yaml src migrations build docs deploy tests";
const COMMAND_MS = 60_000;

/** Where the documents say `npx --yes deno@2.9.6`, and this runtime is it. */
const NPX = `#!/usr/bin/env bash
[ "$1 $2" = "--yes deno@2.9.6" ] || exit 64
shift 2
exec deno "$@"
`;

/**
 * Starts a server in the background, as in a terminal of its own, and waits until it serves. The one that
 * ran there before is stopped first; an edge has a terminal of its own.
 */
const DENO = `#!/usr/bin/env bash
if [ "$1 $2" != "task start" ]; then exec "$REAL_DENO" "$@"; fi
name="\${PNL_ROLE:-all}"
if [ -e "$STAGE/$name.pid" ]; then
  "$REAL_DENO" task stop || exit 65
  while kill -0 "$(cat "$STAGE/$name.pid")" 2>/dev/null; do sleep 0.05; done
fi
: >"$STAGE/$name.log" # The one before has said that it serves.
"$REAL_DENO" "$@" </dev/null >"$STAGE/$name.log" 2>&1 &
echo $! >"$STAGE/$name.pid"
until grep -q "^pnl-stream .*: http" "$STAGE/$name.log"; do
  kill -0 $! 2>/dev/null || { cat "$STAGE/$name.log" >&2; exit 66; }
  sleep 0.05
done
`;

/**
 * Tells the status of the answer. A stream goes on for ever: it is cut off as by Ctrl-C when it has sent
 * something, or when for two seconds it has only said when to come back.
 */
const CURL = `#!/usr/bin/env bash
endless=
for word in "$@"; do [ "$word" = -N ] && endless=1; done
[ -n "$endless" ] || exec "$REAL_CURL" -w '%{stderr}status %{http_code}\\n' "$@"
got="$(mktemp "$STAGE/stream.XXXXXX")"
"$REAL_CURL" -fsS --max-time 20 "$@" >"$got" &
for try in $(seq 200); do
  grep -q "^data:" "$got" && break
  [ "$try" -gt 20 ] && [ -s "$got" ] && break
  kill -0 $! 2>/dev/null || exit 67
  sleep 0.1
done
kill $!
cat "$got"
echo "status 200" >&2
`;

/** How a command ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The folder of one reader. */
export interface Stage extends AsyncDisposable {
  /** The project's folder. */
  readonly folder: string;
  readonly port: number;
  readonly edgePort: number;
  /** The files that are other than in the clone, and that git does not ignore. */
  traces(): string[];
  /** Runs a line of shell in it, with `also` in the environment. */
  run(command: string, also?: Readonly<Record<string, string>>): Promise<Ran>;
}

async function bash(command: string, cwd: string, env: Record<string, string>): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", command],
    cwd,
    clearEnv: true,
    env,
    stdin: "null",
    signal: AbortSignal.timeout(COMMAND_MS),
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

function kept(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

/** The script that makes the folder; what the runtime has downloaded is used, what it compiles stays apart. */
const PREPARE = `set -e
mkdir -p "$STAGE/project" "$STAGE/deno_dir"
cd "$ROOT" && cp -r ${CLONED} "$STAGE/project"
[ -d dist ] && cp -r dist "$STAGE/project"
cache="$("$REAL_DENO" info --json | sed -n 's/^  "denoDir": "\\(.*\\)",$/\\1/p')"
for each in npm dl; do [ ! -e "$cache/$each" ] || ln -s "$cache/$each" "$STAGE/deno_dir/$each"; done
chmod +x "$STAGE"/bin/*
[ -z "$PNL_TEST_SQLITE3" ] || ln -s "$PNL_TEST_SQLITE3" "$STAGE/bin/sqlite3"
command -v curl
`;

/** Ends what the reader left running. */
const END = `for file in "$STAGE"/*.pid; do
  [ -e "$file" ] || continue
  kill "$(cat "$file")" 2>/dev/null
  for try in $(seq 200); do kill -0 "$(cat "$file")" 2>/dev/null || break; sleep 0.05; done
done`;

/** Makes a folder as a fresh clone has it. */
export async function startStage(): Promise<Stage> {
  const stage = await Deno.makeTempDir({ prefix: "pnl-documents-" });
  await Deno.mkdir(`${stage}/bin`);
  for (const [name, text] of Object.entries({ npx: NPX, deno: DENO, curl: CURL })) {
    await Deno.writeTextFile(`${stage}/bin/${name}`, text);
  }
  const base: Record<string, string> = {
    ...kept(["HOME", "PATH", "DENO_DIR", "TMPDIR"]),
    NO_COLOR: "1",
    ROOT,
    STAGE: stage,
    REAL_DENO: Deno.execPath(),
  };
  const prepared = await bash(PREPARE, ROOT, { ...base, ...kept(["PNL_TEST_SQLITE3"]) });
  if (prepared.code !== 0) throw new Error(`Cannot prepare ${stage}: ${prepared.err}`);
  const folder = `${stage}/project`;
  const cloned = filesOf(folder);
  const port = freePort();
  const env = {
    ...base,
    PATH: `${stage}/bin:${base.PATH}`,
    DENO_DIR: `${stage}/deno_dir`,
    REAL_CURL: prepared.out.trim().split("\n").at(-1)!,
    PORT: String(port),
    PNL_INTERVAL_MS: "500",
    KALSHI_POLL_MS: "1000",
  };
  return {
    folder,
    port,
    edgePort: freePort(),
    traces: () => tracesOf(cloned, filesOf(folder)),
    run: (command, also = {}) => bash(command, folder, { ...env, ...also }),
    [Symbol.asyncDispose]: async () => {
      await bash(END, stage, base);
      await Deno.remove(stage, { recursive: true });
    },
  };
}

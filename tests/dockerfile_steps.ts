/**
 * Runs the Dockerfile without an engine: each step in a Debian root folder of its own (debootstrap, chroot),
 * then the server as the image would start it, and what a visitor does first. Needs root and Debian's
 * mirror and takes minutes, so it is no part of the suite: `deno run --allow-all tests/dockerfile_steps.ts`.
 */
import { print } from "../src/cli/output.ts";

/** A line of the Dockerfile. */
interface Step {
  readonly word: string;
  readonly rest: string;
}

/** A root folder in the making. */
interface Stage {
  readonly root: string;
  readonly env: Record<string, string>;
  workdir: string;
  user: string;
  command: readonly string[];
  health: readonly string[];
}

/** Where this machine trusts authorities of its own, the roots do so too while they are built. */
const AUTHORITIES = Deno.env.get("NODE_EXTRA_CA_CERTS");
const PORT = "3187";
const READY_MS = 60_000;

/** The instructions, with what was broken over lines put together. */
export function readSteps(text: string): Step[] {
  return text.replace(/\\\n\s*/g, "").split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, word = "", rest = ""] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return { word, rest };
    });
}

async function run(command: string, args: readonly string[], cwd?: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${command} failed: ${said}${new TextDecoder().decode(stderr)}`);
  return said;
}

/**
 * Arguments of `unshare` that run something as a stage is set up. /proc is mounted for it alone, so that
 * nothing is mounted when the folder is removed.
 */
function inside({ root, env, workdir, user }: Stage, args: readonly string[]): string[] {
  const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const settings = Object.entries({ PATH: path, HOME: "/root", ...env })
    .map(([name, value]) => `${name}=${value}`);
  const enter = 'cd "$1" && shift && exec "$@"';
  const who = user === "" ? [] : [`--userspec=${user}:${user}`];
  const mounted = 'mount -t proc proc "$1/proc" && shift && exec chroot "$@"';
  const chroot = ["--mount", "sh", "-c", mounted, "sh", root, ...who, root];
  return [...chroot, "env", "-i", ...settings, "sh", "-c", enter, "sh", workdir, ...args];
}

/** Copies what the build may see, as .dockerignore has it: all is left out but what `!` names. */
async function copyContext(to: string): Promise<void> {
  const rules = Deno.readTextFileSync(".dockerignore").split("\n").filter((line) => line !== "");
  const named = rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1));
  const without = rules.filter((rule) => rule.startsWith("**/"))
    .map((rule) => `--exclude=${rule.slice(3)}`);
  await run("sh", ["-c", `tar -cf - "$@" | tar -xf - -C "${to}"`, "sh", ...without, ...named]);
}

function assign(stage: Stage, text: string): void {
  for (const [, name = "", quoted, plain] of text.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)) {
    stage.env[name] = quoted ?? plain ?? "";
  }
}

/** Copies within the roots of the stages, or from outside into one. */
async function copy(stage: Stage, rest: string, stages: ReadonlyMap<string, Stage>) {
  const words = rest.split(/\s+/);
  const from = words[0]?.startsWith("--from=") ? words.shift()!.slice("--from=".length) : null;
  const [source = "", target = ""] = words;
  if (from === null) return await copyContext(`${stage.root}${stage.workdir}`);
  const origin = stages.get(from);
  if (origin === undefined) throw new Error(`COPY --from=${from}: there is no such stage`);
  await run("cp", ["-a", `${origin.root}${source}`, `${stage.root}${target}`]);
}

async function takeOver(authorities: string, root: string): Promise<Record<string, string>> {
  const path = "/etc/own_authorities.pem";
  await Deno.copyFile(authorities, `${root}${path}`);
  return { NODE_EXTRA_CA_CERTS: path, DENO_CERT: path };
}

async function takeStep(stage: Stage, { word, rest }: Step, stages: ReadonlyMap<string, Stage>) {
  switch (word) {
    case "RUN":
      return void await run("unshare", inside(stage, ["sh", "-c", rest]));
    case "COPY":
      return await copy(stage, rest, stages);
    case "ENV":
    case "ARG":
      return assign(stage, rest);
    case "WORKDIR":
      stage.workdir = rest;
      return await Deno.mkdir(`${stage.root}${rest}`, { recursive: true });
    case "USER":
      stage.user = rest;
      return;
    case "HEALTHCHECK":
      stage.health = JSON.parse(rest.slice(rest.indexOf("CMD") + 3));
      return;
    case "CMD":
      stage.command = JSON.parse(rest);
      return;
    case "EXPOSE":
    case "STOPSIGNAL":
    case "VOLUME":
      return;
    default:
      throw new Error(`The Dockerfile has a step that is not known here: ${word}`);
  }
}

/** Runs the steps; the last stage is the image. */
async function build(folder: string, steps: readonly Step[]): Promise<Stage> {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const step of steps) {
    const from = performance.now();
    if (step.word === "FROM") {
      const [, suite = "", , name = "image"] = /^debian:(\w+)-slim( AS (\w+))?$/.exec(step.rest) ??
        [];
      const root = `${folder}/${name}`;
      await run("debootstrap", ["--variant=minbase", suite, root]);
      await Deno.copyFile("/etc/resolv.conf", `${root}/etc/resolv.conf`);
      const env = AUTHORITIES === undefined ? {} : await takeOver(AUTHORITIES, root);
      stage = { root, env, workdir: "/", user: "", command: [], health: [] };
      stages.set(name, stage);
    } else if (stage === undefined) throw new Error("The Dockerfile does not begin with FROM");
    else await takeStep(stage, step, stages);
    const seconds = ((performance.now() - from) / 1000).toFixed(1).padStart(6);
    print(`${seconds} s  ${step.word} ${step.rest.slice(0, 80)}`);
  }
  if (stage === undefined) throw new Error("The Dockerfile is empty");
  return stage;
}

/** The first key, made with nothing but what is in the image. */
async function firstKey(stage: Stage): Promise<string> {
  const create = ["deno", "task", "-q", "keys", "create", "--name", "operator", "--json"];
  const said = await run("unshare", inside(stage, [...create, "--scopes", "admin"]));
  return JSON.parse(said).key;
}

/** What a visitor does first; without the key he is shown no figure. */
async function smoke(base: string, key: string): Promise<void> {
  const stranger = await fetch(`${base}/api/pnl/current`);
  await stranger.body?.cancel();
  if (stranger.status !== 401) throw new Error(`A stranger was answered ${stranger.status}`);
  for (const path of ["/livez", "/readyz", "/health", "/", "/api/pnl/current", "/api/events"]) {
    const response = await fetch(`${base}${path}`, { headers: { authorization: `Bearer ${key}` } });
    const body = await response.text();
    print(`  ${path}: ${response.status}, ${body.length} characters`);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${body.slice(0, 300)}`);
  }
}

/** Asks it to end; one that has ended by itself has said why. */
function stop(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGTERM");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Folders of the image with their sizes. */
async function sizes({ root }: Stage): Promise<string> {
  const parts = ["usr/local/bin/deno", "opt/deno-dir", "app"];
  const said = await run("du", ["-shc", ...parts.map((part) => `${root}/${part}`)]);
  return said.trim().replaceAll(`${root}/`, "").replaceAll("\n", ", ").replaceAll("\t", " ");
}

/** Starts the image's command, waits until its health check is content, visits it, and stops it. */
async function tryImage(stage: Stage): Promise<void> {
  // As the image has it, every address is listened on: that takes a key.
  const ready = { ...stage, env: { ...stage.env, PORT } };
  const key = await firstKey(ready);
  const child = new Deno.Command("unshare", { args: inside(ready, stage.command), stdin: "null" })
    .spawn();
  const from = performance.now();
  try {
    for (;;) {
      const { success } = await new Deno.Command("unshare", {
        args: inside(ready, stage.health),
        stdin: "null",
        stderr: "null",
      }).output();
      if (success) break;
      if (performance.now() - from > READY_MS) throw new Error("The server did not become healthy");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    print(`Healthy after ${Math.round(performance.now() - from)} ms`);
    await smoke(`http://127.0.0.1:${PORT}`, key);
  } finally {
    stop(child);
  }
  const stopping = performance.now();
  const { code } = await child.status;
  print(`Stopped with ${code} after ${Math.round(performance.now() - stopping)} ms`);
  if (code !== 0) throw new Error(`The server ended with ${code}`);
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "pnl-image-" });
  try {
    const stage = await build(folder, readSteps(Deno.readTextFileSync("Dockerfile")));
    const whole = (await run("du", ["-shx", stage.root])).split("\t")[0];
    print(`Size: ${whole} with Debian; ${await sizes(stage)}`);
    await tryImage(stage);
  } finally {
    // Each root is a folder below; nothing was mounted into it.
    await Deno.remove(folder, { recursive: true });
  }
}

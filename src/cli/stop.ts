/** `stop`: signals the server that has the data directory, and waits until it has let go. */
import { type LockHolder, readDataLock } from "../log/data_lock.ts";
import { type Command, CommandError } from "./command.ts";
import { readConfig } from "./config.ts";
import { print, printJson } from "./output.ts";

/** A server needs at most 5 s. */
const WAIT_MS = 10_000;
const LOOK_MS = 50;

/** Sends SIGTERM through the system's own program: that can be granted by name, signals cannot. */
function signal({ pid }: LockHolder): void {
  const { success, stderr } = new Deno.Command("kill", {
    args: ["-TERM", String(pid)],
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  if (success) return;
  const why = new TextDecoder().decode(stderr).trim();
  throw new CommandError(`Cannot signal process ${pid}: ${why}`);
}

/** Resolves when the directory is free, or another process has it; rejects at the deadline. */
async function untilFree(dir: string, holder: LockHolder): Promise<void> {
  for (let waited = 0; waited <= WAIT_MS; waited += LOOK_MS) {
    if (readDataLock(dir)?.pid !== holder.pid) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new CommandError(`Process ${holder.pid} was signalled and has not stopped in 10 s`);
}

/** The subcommand. */
export const command: Command = {
  name: "stop",
  summary: "Stop the server that has the data directory.",
  details: "Sends SIGTERM to the holder of the lock and waits until it has let go.",
  options: { json: { type: "boolean", help: "Say what was done as JSON." } },
  async run({ options, env }) {
    const { dataDir, role } = readConfig(env);
    if (role === "edge") {
      throw new CommandError(
        "Cannot find an edge, which locks no folder: send SIGTERM to its process",
      );
    }
    const holder = readDataLock(dataDir);
    if (holder !== null) {
      signal(holder);
      await untilFree(dataDir, holder);
    }
    const { pid = null, port = null } = holder ?? {};
    if (options.json === true) printJson({ stopped: holder !== null, pid, port });
    else if (holder === null) print(`No server has ${dataDir}.`);
    else print(`Stopped process ${pid}, which served on port ${port}.`);
    return 0;
  },
};

/** Peers that run on Node: installed by npm into a folder of their own. */
import { join } from "node:path";

async function run(cwd: string, command: string, args: string[]): Promise<string> {
  const output = await new Deno.Command(command, { args, cwd, stdout: "piped", stderr: "piped" })
    .output();
  if (!output.success) {
    const text = new TextDecoder().decode(output.stderr).trim().split("\n");
    throw new Error(`${command} ${args[0]} exited with ${output.code}: ${text.at(-1)}`);
  }
  return new TextDecoder().decode(output.stdout);
}

/** A peer's script beside the packages that it needs. */
export class NpmPeer {
  /** The folder. */
  readonly home: string;

  private constructor(home: string) {
    this.home = home;
  }

  /**
   * Installs the packages into a folder under `dir` and puts `bench/peers/<name>.mjs` there as `peer.mjs`.
   *
   * @throws where there is no npm, or a package cannot be had
   */
  static async install(dir: string, name: string, packages: readonly string[]): Promise<NpmPeer> {
    const home = join(dir, name);
    await Deno.mkdir(home);
    await Deno.writeTextFile(join(home, "package.json"), '{"private":true,"type":"module"}');
    await run(home, "npm", ["install", "--no-audit", "--no-fund", ...packages]);
    await Deno.copyFile(new URL(`./peers/${name}.mjs`, import.meta.url), join(home, "peer.mjs"));
    return new NpmPeer(home);
  }

  /** Runs the script to its end, and returns what it prints. */
  output(args: readonly string[]): Promise<string> {
    return run(this.home, "node", ["peer.mjs", ...args]);
  }

  /** The command that runs the script, for one that goes on until it is stopped. */
  command(args: readonly string[], env: Record<string, string>): Deno.Command {
    return new Deno.Command("node", {
      args: ["peer.mjs", ...args],
      cwd: this.home,
      env,
      stdout: "piped",
      stderr: "inherit",
    });
  }
}
